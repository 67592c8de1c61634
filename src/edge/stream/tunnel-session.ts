import type { RawData, WebSocket } from 'ws';
import { EdgeError, type Log, messageOf } from '../../lib/index.js';
import { decodeConnector, decodeFrame, encodeFrame, frameTypes, type TunnelConnector } from '../../wire/index.js';
import { relayGet } from './relay-get.js';
import type { KubeletAddress } from './stream-config.js';

const maxStreams = 256;
/** What a frame carries at most: small enough that streams take turns. */
const chunkBytes = 64 * 1024;

type Options = { readonly kubelet: () => KubeletAddress; readonly log: Log };

/**
 * Serves the requests that come over one open tunnel (facts stream-tunnel §4, §5) until it closes or abort;
 * returns why it closed. Each request runs by itself and writes one frame at a time, so a slow one holds
 * neither the reader nor the others. Every request ends with REMOVE_CONNECT.
 */
export async function serveTunnel(socket: WebSocket, options: Options, signal: AbortSignal): Promise<string> {
  const streams = new Map<number, AbortController>();
  const { log } = options;
  return new Promise((resolve) => {
    const stop = () => socket.close(1000);
    const end = (reason: string) => {
      signal.removeEventListener('abort', stop);
      for (const stream of streams.values()) stream.abort(new EdgeError('unavailable', 'the tunnel closed'));
      resolve(reason);
    };
    const open = (connectId: number, serve: (signal: AbortSignal) => Promise<void>) => {
      if (streams.has(connectId)) return;
      const stream = new AbortController();
      streams.set(connectId, stream);
      serve(stream.signal)
        .catch((error: unknown) => {
          if (!stream.signal.aborted) log.warn({ err: error, connectId }, 'stream to the cloud failed');
        })
        .then(() => send(socket, connectId, frameTypes.removeConnect))
        .catch((error: unknown) => log.debug({ err: error, connectId }, 'end of stream not sent'))
        .finally(() => streams.delete(connectId));
    };
    socket.on('message', (data) => {
      try {
        const { connectId, type, payload } = decodeFrame(bytesOf(data));
        if (type === frameTypes.removeConnect) return streams.get(connectId)?.abort(removed);
        if (type === frameTypes.closeConnect) return socket.close(1000);
        if (!isConnect(type)) return;
        if (streams.size >= maxStreams) {
          log.warn({ connectId }, `more than ${maxStreams} streams at once: this one is refused`);
          return open(connectId, async () => {});
        }
        open(connectId, (stream) => serveConnect(socket, connectId, type, payload, options, stream));
      } catch (error) {
        log.warn({ err: error }, 'tunnel frame ignored');
      }
    });
    socket.on('close', (code) => end(`closed with code ${code}`));
    socket.on('error', (error) => end(messageOf(error)));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    if (socket.readyState === socket.CLOSED) end('closed');
  });
}

const removed = new EdgeError('unavailable', 'the cloud ended the stream');
const isConnect = (type: number) =>
  type === frameTypes.logsConnect ||
  type === frameTypes.metricsConnect ||
  type === frameTypes.execConnect ||
  type === frameTypes.attachConnect;

async function serveConnect(
  socket: WebSocket,
  connectId: number,
  type: number,
  payload: Buffer,
  options: Options,
  signal: AbortSignal,
): Promise<void> {
  const write = async (data: Buffer) => {
    for (let start = 0; start < data.byteLength && !signal.aborted; start += chunkBytes) {
      await send(socket, connectId, frameTypes.data, data.subarray(start, start + chunkBytes));
    }
  };
  if (type === frameTypes.execConnect || type === frameTypes.attachConnect) {
    const what = type === frameTypes.execConnect ? 'exec' : 'attach';
    return write(notImplemented(`${what} is not supported by this edgecore yet`));
  }
  const connector = decodeConnector(payload);
  const prefixes = type === frameTypes.logsConnect ? ['/containerLogs/'] : ['/metrics', '/stats'];
  if (!prefixes.some((prefix) => connector.url.pathname.startsWith(prefix))) {
    options.log.warn({ path: connector.url.pathname }, 'tunnel request for a path that is not served');
    return;
  }
  await relay(connector, type === frameTypes.logsConnect, options, write, signal);
}

async function relay(
  connector: TunnelConnector,
  tellFault: boolean,
  options: Options,
  write: (data: Buffer) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const chunk of relayGet(connector, options.kubelet(), signal)) await write(chunk);
  } catch (error) {
    if (signal.aborted) return;
    // The cloud has answered 200 by now: the body is the only place left to say it (facts stream-tunnel §6).
    if (tellFault) await write(Buffer.from(`logs cannot be read: ${messageOf(error)}\n`));
    throw error;
  }
}

/** The head of an HTTP answer: for exec and attach it travels in the data (facts stream-tunnel §7). */
function notImplemented(text: string): Buffer {
  const body = `${text}\n`;
  return Buffer.from(
    `HTTP/1.1 501 Not Implemented\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** Settles when the frame has left: what waits per stream is one frame. */
function send(socket: WebSocket, connectId: number, type: number, payload: Buffer = Buffer.alloc(0)): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(encodeFrame({ connectId, type, payload }), { binary: false }, (error) => {
      if (error) reject(new EdgeError('unavailable', 'the tunnel closed', { cause: error }));
      else resolve();
    });
  });
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
