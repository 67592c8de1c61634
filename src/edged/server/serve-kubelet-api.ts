import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aborted, EdgeError } from '../../lib/index.js';
import { answer } from './routes.js';
import type { ServerDeps } from './server-deps.js';

/** The kubelet HTTP API of this node (facts kubelet-on-cri §9), plain HTTP on the configured address. Throws when the port is taken. */
export async function serveKubeletApi(deps: ServerDeps, signal: AbortSignal): Promise<void> {
  const { config, log } = deps;
  const server = createServer({ keepAliveTimeout: 90_000, maxHeaderSize: 64 * 1024 }, (request, response) => {
    void answer(deps, request, response, signal);
  });
  // exec, attach and port-forward come as upgrades: refused by name, like any request for them.
  server.on('upgrade', (request, socket) => {
    const body = `${new URL(request.url ?? '/', 'http://node').pathname.split('/')[1]} is not supported by this edged yet\n`;
    socket.end(
      `HTTP/1.1 501 Not Implemented\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new EdgeError('unavailable', `cannot listen on ${config.address}:${config.port}: ${error.message}`, {
          cause: error,
        }),
      ),
    );
    server.listen(config.port, config.address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  log.info({ address: config.address, port }, 'kubelet API listens');
  deps.onListening(port);
  await aborted(signal);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
