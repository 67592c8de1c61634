import { setMaxListeners } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { childOf } from '../../lib/index.js';
import { type Authenticator, requireKnown } from '../auth/index.js';
import { notAllowed } from '../refusals.js';
import type { Api } from './call.js';
import { kindOfPath, verbOf } from './dispatch.js';
import { healthText } from './health.js';
import { parseResourcePath, splitPath } from './resource-path.js';
import { respond, sendFailure, sendJson, sendText } from './respond.js';

type Found = NonNullable<ReturnType<Api['discovery']['answer']>>;

const healthChecks = ['ping', 'log', 'storage'];

export interface HandlerOptions {
  readonly api: Api;
  readonly authenticate: Authenticator;
  /** Public documents served beside the API, by path (the token issuer's keys). */
  readonly documents: ReadonlyMap<string, object>;
  /** Ends every request that is still open, watches above all. */
  readonly stop: AbortSignal;
}

/** Answers every request of the API server's sockets: nothing thrown inside gets out. */
export function createRequestHandler({ api, authenticate, documents, stop }: HandlerOptions): RequestListener {
  // Each open request listens to it; there is no number of them that would mean a leak.
  setMaxListeners(0, stop);
  return (request, response) => {
    const started = api.now().getTime();
    response.on('close', () => {
      const { method, url } = request;
      const ms = api.now().getTime() - started;
      api.log.debug({ method, path: url?.split('?', 1)[0], code: response.statusCode, ms }, 'request');
    });
    answer(request, response).catch((error: unknown) => sendFailure(request, response, error, api.log));
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    using ended = childOf(stop);
    response.on('close', () => ended.abort());
    await handle(request, response, ended.signal);
  }

  async function handle(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const [pathname = '/', search = ''] = splitOnce(request.url ?? '/', '?');
    const query = new URLSearchParams(search);
    const user = await authenticate(request.socket as TLSSocket, request.headers.authorization);
    const health = healthText(pathname, query, healthChecks);
    if (health !== undefined) return sendText(response, 200, health);
    const path = parseResourcePath(splitPath(pathname));
    const kind = path && kindOfPath(api, path);
    if (!path || !kind) {
      // Which version runs is nobody's secret (facts kubernetes-api §13, system:public-info-viewer).
      if (pathname !== '/version') requireKnown(user, pathname);
      return answerDocument(request, response, pathname);
    }
    const call = {
      request,
      path,
      kind,
      query,
      user,
      signal,
      warnings: deprecations(kind.definition?.deprecationWarning),
    };
    await respond(api, call, await verbOf(call)(api, call), response);
  }

  function answerDocument(request: IncomingMessage, response: ServerResponse, pathname: string): void {
    if (request.method !== 'GET' && request.method !== 'HEAD') throw notAllowed();
    const document = documents.get(pathname);
    const found = document ? undefined : api.discovery.answer(pathname, request.headers.accept);
    if (document) sendJson(response, 200, document);
    else if (!found) sendText(response, 404, '404 page not found\n');
    else sendDocument(request, response, found);
  }
}

function sendDocument(request: IncomingMessage, response: ServerResponse, found: Found): void {
  response.setHeader('ETag', found.etag);
  response.setHeader('Vary', 'Accept');
  response.setHeader('Cache-Control', 'public');
  if (request.headers['if-none-match'] === found.etag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': found.contentType, 'Content-Length': found.body.length });
  response.end(found.body);
}

const deprecations = (text: string | undefined) => (text === undefined ? [] : [text]);

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
