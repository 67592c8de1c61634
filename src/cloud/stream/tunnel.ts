import type { RawData, WebSocket } from 'ws';
import { EdgeError, type Log, messageOf } from '../../lib/index.js';
import { decodeFrame, encodeConnector, encodeFrame, frameTypes, type TunnelConnector } from '../../wire/index.js';

/** Where one request's bytes go. */
interface TunnelReceiver {
  data(chunk: Buffer): void;
  /** The edge has nothing more, or the tunnel broke. Called once, never after `release`. */
  end(): void;
}

/** The websocket of one edge, shared by all requests to it (facts stream-tunnel §4, §5). */
export interface Tunnel {
  readonly node: string;
  /** Starts a request; the result ends it from our side. Throws `unavailable` when the tunnel is down. */
  connect(type: number, connector: TunnelConnector, receiver: TunnelReceiver): { release(): void };
  readonly closed: Promise<void>;
  close(reason: string): void;
}

/** An edge pings every 5 s: six missed pings are a dead line. */
const idleMs = 30_000;

export function createTunnel(options: { socket: WebSocket; node: string; log: Log; idle?: number }): Tunnel {
  const { socket, node, log, idle = idleMs } = options;
  const receivers = new Map<number, TunnelReceiver>();
  let open = true;
  let settle: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const silence = setTimeout(() => socket.terminate(), idle);

  const send = (connectId: number, type: number, payload: Buffer) =>
    socket.send(encodeFrame({ connectId, type, payload }), { binary: false });
  const end = (connectId: number) => {
    const receiver = receivers.get(connectId);
    receivers.delete(connectId);
    receiver?.end();
  };
  const receive = (data: RawData) => {
    silence.refresh();
    const frame = decodeFrame(Buffer.isBuffer(data) ? data : Buffer.concat([data].flat() as Buffer[]));
    if (frame.type === frameTypes.data) receivers.get(frame.connectId)?.data(frame.payload);
    else if (frame.type === frameTypes.removeConnect) end(frame.connectId);
  };

  socket.on('message', (data) => {
    try {
      receive(data);
    } catch (error) {
      log.warn({ err: error }, 'edge sent a bad tunnel frame');
      socket.close(1002, messageOf(error).slice(0, 100));
    }
  });
  socket.on('ping', () => silence.refresh());
  socket.on('error', (error) => log.debug({ err: error }, 'tunnel socket failed'));
  socket.on('close', () => {
    open = false;
    clearTimeout(silence);
    for (const connectId of [...receivers.keys()]) end(connectId);
    settle();
  });

  return {
    node,
    closed,
    close: (reason) => {
      socket.close(1000, reason.slice(0, 100));
      setTimeout(() => socket.terminate(), 1_000).unref();
    },
    connect(type, connector, receiver) {
      if (!open) throw new EdgeError('unavailable', `stream tunnel of node ${node} is down`);
      const { connectId } = connector;
      receivers.set(connectId, receiver);
      send(connectId, type, encodeConnector(connector));
      return {
        release() {
          // The edge has ended it already when it is no longer there.
          if (receivers.delete(connectId) && open) send(connectId, frameTypes.removeConnect, Buffer.alloc(0));
        },
      };
    },
  };
}
