import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { EdgeError, type ErrorCode, type Log, messageOf } from '../../lib/index.js';
import { nodeOfHeaders, routeOf, type StreamRoute } from './routes.js';
import type { Tunnel } from './tunnel.js';

export interface StreamServerOptions {
  /** `caPem` is the CA of the API server's kubelet client certificate: callers without one are refused. */
  readonly tls: { readonly keyPem: string; readonly certificatePem: string; readonly caPem: string };
  readonly tunnelOf: (node: string) => Tunnel | undefined;
  /** The node of a pod; throws `not-found`. */
  readonly nodeOfPod: (namespace: string, pod: string) => Promise<string>;
  readonly log: Log;
}

/** The address edges are asked to call, whatever port their kubelet API really has (facts stream-tunnel §4). */
const edgeOrigin = 'http://127.0.0.1:10350';
/** Bytes that may wait for a client that reads slower than its edge sends. */
const maxWaitingBytes = 8 * 1024 * 1024;

/** Port 10003: the kubelet API of every edge node, through its tunnel. Not listening yet. */
export function createStreamServer(options: StreamServerOptions): Server {
  const { tls, log } = options;
  const nextId = counter();
  const server = createServer(
    {
      key: tls.keyPem,
      cert: tls.certificatePem,
      ca: tls.caPem,
      minVersion: 'TLSv1.2',
      requestCert: true,
      rejectUnauthorized: true,
      handshakeTimeout: 10_000,
      headersTimeout: 10_000,
    },
    (request, response) => {
      serve(options, nextId, request, response).catch((error: unknown) => {
        log.debug({ err: error, path: request.url }, 'stream request failed');
        fail(response, error);
      });
    },
  );
  server.on('tlsClientError', (error) => log.debug({ err: error }, 'TLS handshake failed'));
  server.on('upgrade', (request, socket) => {
    socket.on('error', (error) => log.debug({ err: error }, 'stream socket failed'));
    const [path = ''] = (request.url ?? '').split('?');
    const body = `${routeOf(request.method ?? '', path)?.kind === 'unsupported' ? path.split('/')[1] : 'upgrade'} is not supported yet`;
    socket.end(
      `HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
  return server;
}

async function serve(
  options: StreamServerOptions,
  nextId: () => number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', edgeOrigin);
  const route = routeOf(request.method ?? '', url.pathname);
  if (route === undefined) throw new EdgeError('not-found', `${url.pathname} is not served here`);
  const node = await nodeOf(options, route, request);
  const tunnel = options.tunnelOf(node);
  if (tunnel === undefined) throw new EdgeError('unavailable', `node ${node} has no stream tunnel to this cloud`);
  if (response.destroyed || route.kind === 'unsupported') return;

  const connection = tunnel.connect(
    route.type,
    { connectId: nextId(), url, headers: headersOf(request) },
    {
      data(chunk) {
        response.write(chunk);
        if (response.writableLength > maxWaitingBytes) response.destroy(new Error('client reads too slowly'));
      },
      end: () => response.end(),
    },
  );
  response.on('close', () => connection.release());
  response.writeHead(200);
  response.flushHeaders();
}

async function nodeOf(options: StreamServerOptions, route: StreamRoute, request: IncomingMessage): Promise<string> {
  if (route.kind === 'unsupported') throw new EdgeError('unsupported', `${route.what} is not supported yet`);
  if (route.kind === 'pod') return options.nodeOfPod(route.namespace, route.pod);
  const forwarded = request.headers['x-forwarded-uri'];
  return nodeOfHeaders({
    host: request.headers.host,
    forwardedUri: typeof forwarded === 'string' ? forwarded : undefined,
  });
}

/** The caller's headers without Host; credentials are for us, not for the edge. */
function headersOf(request: IncomingMessage): Record<string, string[]> {
  const entries = Object.entries(request.headersDistinct).filter(
    ([name]) => name !== 'host' && name !== 'authorization',
  );
  return Object.fromEntries(entries.map(([name, values]) => [canonical(name), values ?? []]));
}

const canonical = (name: string) => name.replace(/(^|-)[a-z]/g, (letters) => letters.toUpperCase());

const httpOf: Partial<Record<ErrorCode, number>> = {
  invalid: 400,
  'not-found': 404,
  unsupported: 501,
  unavailable: 503,
};

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = error instanceof EdgeError ? (httpOf[error.code] ?? 500) : 500;
  const body = error instanceof EdgeError ? messageOf(error) : 'internal error';
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${body}\n`);
}

function counter(): () => number {
  let last = 0;
  return () => {
    last += 1;
    return last;
  };
}
