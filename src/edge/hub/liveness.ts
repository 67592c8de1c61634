import type { WebSocket } from 'ws';
import { EdgeError } from '../../lib/index.js';

const pingIntervalMs = 10_000;

/**
 * Notices a peer that is gone though TCP has not: a ping every `intervalMs`, and the socket is ended when the one
 * before was not answered. `barrier` settles when the peer has read what was sent before it: a pong comes in order.
 */
export function watchLiveness(socket: WebSocket, intervalMs = pingIntervalMs): { barrier(): Promise<void> } {
  const barriers = new Map<string, { resolve: () => void; reject: (error: unknown) => void }>();
  let count = 0;
  let heard = true;
  const timer = setInterval(() => {
    // A socket we paused ourselves cannot bring us a pong.
    if (!heard && !socket.isPaused) return socket.terminate();
    heard = false;
    socket.ping('alive');
  }, intervalMs).unref();
  const hear = () => {
    heard = true;
  };
  socket.on('message', hear);
  socket.on('ping', hear);
  socket.on('pong', (data) => {
    hear();
    const key = data.toString();
    barriers.get(key)?.resolve();
    barriers.delete(key);
  });
  socket.once('close', () => {
    clearInterval(timer);
    const lost = new EdgeError('unavailable', 'the link closed before the cloud had read everything');
    for (const { reject } of barriers.values()) reject(lost);
    barriers.clear();
  });
  return {
    barrier: () =>
      new Promise((resolve, reject) => {
        if (socket.readyState !== socket.OPEN) return reject(new EdgeError('unavailable', 'the link is closed'));
        count += 1;
        const key = `barrier-${count}`;
        barriers.set(key, { resolve, reject });
        socket.ping(key, undefined, (error?: Error) => {
          if (error) reject(new EdgeError('unavailable', 'ping failed', { cause: error }));
        });
      }),
  };
}
