import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { EdgeError } from '../lib/index.js';
import type { Credentials } from './auth/index.js';

/** The API server's socket. It listens at once; handshakes succeed from `serve` on. Closing it twice is harmless. */
export interface Listener extends AsyncDisposable {
  readonly port: number;
  serve(credentials: Credentials, handler: RequestListener): void;
}

const stopGraceMs = 2000;
// Longer than any client of ours keeps an idle socket: who closes first must be the one who knows what comes next.
const idleSocketMs = 180_000;

/** Takes the port. Throws `unavailable` with one sentence when that is not possible. */
export async function openListener({ address, port }: { address: string; port: number }): Promise<Listener> {
  // Certificates are judged by the authenticator: who has none is anonymous, not cut off.
  const server = createServer({
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    keepAliveTimeout: idleSocketMs,
  });
  server.listen(port, address);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new EdgeError('unavailable', sentenceFor(cause, address, port), { cause });
  }
  let closing: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    serve(credentials, handler) {
      const { certificatePem: cert, keyPem: key } = credentials.serving;
      server.setSecureContext({ cert, key, ca: credentials.caPem });
      server.on('request', (request, response) => {
        // A connection that falls idle after the close would otherwise stay for its keep-alive time.
        response.on('close', () => closing && setImmediate(() => server.closeIdleConnections()));
        handler(request, response);
      });
    },
    [Symbol.asyncDispose]() {
      closing ??= close(server);
      return closing;
    },
  };
}

function sentenceFor(cause: unknown, address: string, port: number): string {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return `port ${port} on ${address} is taken: stop the program that holds it or choose another port`;
  if (code === 'EACCES') return `port ${port} on ${address} needs more privileges: choose a port above 1023`;
  if (code === 'EADDRNOTAVAIL')
    return `${address} is not an address of this machine: port ${port} cannot be opened on it`;
  return `port ${port} on ${address} cannot be opened (${code ?? 'unknown reason'})`;
}

/** Lets answers under way finish for a moment, then closes what is left. */
async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const timer = setTimeout(() => server.closeAllConnections(), stopGraceMs);
  await closed;
  clearTimeout(timer);
}
