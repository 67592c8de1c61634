import type { RawData, WebSocket } from 'ws';
import { createAsyncQueue, EdgeError, messageOf } from '../lib/index.js';
import { ackOf } from './create-message.js';
import type { Link } from './link.js';
import type { Message } from './message.js';
import { decodeMessage, encodeMessage, maxMessageBytes } from './message-codec.js';

export interface WebSocketLinkOptions {
  /** Messages received but not taken yet before reading from the socket pauses. */
  readonly receiveWindow?: number;
  /** Bytes waiting to be written before `send` refuses: a peer that stopped reading. */
  readonly maxBacklogBytes?: number;
}

/** What both ends pass to `ws`: no compression, bounded frames (facts cloudhub-wire §2.1). */
export const webSocketOptions = { perMessageDeflate: false, maxPayload: maxMessageBytes } as const;

const answeredHere = new Set(['config', 'ping', 'pong']);
const closeGraceMs = 1_000;

/**
 * A link over an open `ws` socket: one text frame per message, JSON ended by a line feed; text and
 * binary frames are read alike. A frame that is not a message ends the link.
 */
export function websocketLink(socket: WebSocket, node: string, options: WebSocketLinkOptions = {}): Link {
  const { receiveWindow = 256, maxBacklogBytes = 4 * maxMessageBytes } = options;
  const inbox = createAsyncQueue<Message>(Number.POSITIVE_INFINITY);
  let open = true;
  let settle: (reason: Error | undefined) => void = () => {};
  const closed = new Promise<Error | undefined>((resolve) => {
    settle = resolve;
  });

  const end = (reason?: Error) => {
    open = false;
    inbox.close();
    settle(reason);
    if (socket.isPaused) socket.resume();
  };
  const close = (reason = '') => {
    if (!open) return;
    end(reason === '' ? undefined : new EdgeError('unavailable', reason));
    socket.close(1000);
    // A peer that never answers the close frame must not hold the socket.
    setTimeout(() => socket.terminate(), closeGraceMs).unref();
  };
  const send = (message: Message) =>
    new Promise<void>((resolve, reject) => {
      if (!open) return reject(new EdgeError('unavailable', `link to node ${node} is closed`));
      if (socket.bufferedAmount > maxBacklogBytes) {
        return reject(new EdgeError('unavailable', `node ${node} does not read: ${socket.bufferedAmount} bytes wait`));
      }
      socket.send(`${encodeMessage(message)}\n`, (error) => {
        if (error) reject(new EdgeError('unavailable', `send to node ${node} failed`, { cause: error }));
        else resolve();
      });
    });
  const receive = (data: RawData) => {
    if (!open) return;
    try {
      const message = decodeMessage(bytesOf(data));
      if (message.operation !== undefined && answeredHere.has(message.operation)) {
        send({ ...ackOf(message), content: 'ack' }).catch((error: unknown) => close(messageOf(error)));
        return;
      }
      inbox.push(message);
      if (inbox.size > receiveWindow) socket.pause();
    } catch (error) {
      close(`node ${node} sent a bad frame: ${messageOf(error)}`);
    }
  };

  socket.on('message', receive);
  socket.on('error', (error) => end(new EdgeError('unavailable', messageOf(error), { cause: error })));
  socket.on('close', () => end());
  return {
    node,
    send,
    closed,
    close,
    async *receive() {
      for await (const message of inbox) {
        yield message;
        if (open && socket.isPaused && inbox.size <= receiveWindow / 2) socket.resume();
      }
    },
  };
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
