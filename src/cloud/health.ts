import { createServer, type Server } from 'node:http';

/** `/healthz`: the process serves. `/readyz`: the cluster is known and edges are served. Not listening yet. */
export function createHealthServer(isReady: () => boolean): Server {
  return createServer((request, response) => {
    const [path] = (request.url ?? '').split('?');
    const answer = (status: number, text: string) =>
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
    if (path === '/healthz') answer(200, 'ok');
    else if (path === '/readyz') answer(isReady() ? 200 : 503, isReady() ? 'ok' : 'starting');
    else answer(404, 'not found');
  });
}
