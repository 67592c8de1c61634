import type { IncomingMessage, ServerResponse } from 'node:http';
import { EdgeError, type ErrorCode, hasCode, messageOf } from '../../lib/index.js';
import { containerLogs } from './container-logs.js';
import type { ServerDeps } from './server-deps.js';

const statuses: Record<ErrorCode, number> = {
  invalid: 400,
  denied: 403,
  'not-found': 404,
  'already-exists': 409,
  conflict: 409,
  gone: 410,
  'too-large': 413,
  timeout: 504,
  unavailable: 503,
  unsupported: 501,
  internal: 500,
};

const comingLater = new Set([
  'exec',
  'attach',
  'portForward',
  'run',
  'stats',
  'metrics',
  'checkpoint',
  'configz',
  'logs',
  'debug',
]);

/** Answers one request of the kubelet API (facts kubelet-on-cri §9); errors are plain text. */
export async function answer(
  deps: ServerDeps,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://node');
  const [, route = '', ...rest] = url.pathname.split('/');
  try {
    if (comingLater.has(route)) return text(response, 501, `${route} is not supported by this edged yet\n`);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return text(response, 405, `${request.method} is not allowed here\n`);
    switch (route) {
      case 'healthz':
        return text(response, 200, 'ok');
      case 'pods':
        return json(
          response,
          podList(deps, () => true),
        );
      case 'runningpods':
        return json(
          response,
          podList(deps, ({ observed }) => observed.containers.some(({ state }) => state === 'running')),
        );
      case 'containerLogs':
        return await containerLogs(deps, rest.map(decodePart), url.searchParams, response, signal);
      default:
        return text(response, 404, '404 page not found\n');
    }
  } catch (error) {
    const status = hasCode(error, ...(Object.keys(statuses) as ErrorCode[])) ? statuses[error.code] : 500;
    if (status === 500) deps.log.error({ err: error, path: url.pathname }, 'kubelet API request failed');
    if (response.headersSent) response.destroy();
    else text(response, status, status === 500 ? 'internal error\n' : `${messageOf(error)}\n`);
  }
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    throw new EdgeError('invalid', `${JSON.stringify(part)} is not a URL-encoded name`, { cause: error });
  }
}

function podList(
  { workers }: ServerDeps,
  keep: (worker: ReturnType<ServerDeps['workers']['list']>[number]) => boolean,
) {
  const items = workers
    .list()
    .filter((worker) => !worker.desired.orphan && keep(worker))
    .map(({ desired, status }) => ({ ...desired.pod, spec: desired.spec, status }));
  return { kind: 'PodList', apiVersion: 'v1', metadata: {}, items };
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function text(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(body);
}
