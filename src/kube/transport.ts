import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { EdgeError, messageOf } from '../lib/index.js';

/** Where an API server is and how to prove who we are. PEM texts. */
export interface ClientCredentials {
  /** `https://host:port`, optionally with a path prefix; `http:` only for loopback proxies and tests. */
  readonly server: string;
  /** Absent: the system's certificate authorities. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly token?: string | undefined;
  /** The name the server certificate must carry when it is not the host of `server`. */
  readonly serverName?: string | undefined;
}

export interface RequestInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Silence of the socket after which the request fails with `timeout`. */
  readonly idleTimeoutMs?: number;
  /** A stream that lives long: it gets a socket beside the bounded pool. */
  readonly longLived?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Sends one request; resolves with the response once its head is there. Throws `unavailable` or `timeout`. */
export interface Transport extends Disposable {
  send(path: string, init: RequestInit): Promise<IncomingMessage>;
}

const pooledSockets = 32;
// Servers close idle sockets after a minute or more; we close first, so that no request meets a closing one.
const idleSocketMs = 30_000;

/** HTTP/1.1 over kept-alive sockets. The server's certificate is always verified. */
export function createTransport(credentials: ClientCredentials, headers: Readonly<Record<string, string>>): Transport {
  const base = parseServer(credentials.server);
  const secure = base.protocol === 'https:';
  const { ca, cert, key, serverName } = credentials;
  const tls = {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(serverName && { servername: serverName }),
  };
  const createAgent = (maxSockets: number) =>
    secure
      ? new HttpsAgent({ keepAlive: true, timeout: idleSocketMs, maxSockets, minVersion: 'TLSv1.2', ...tls })
      : new HttpAgent({ keepAlive: true, timeout: idleSocketMs, maxSockets });
  const pooled = createAgent(pooledSockets);
  const unbounded = createAgent(Number.POSITIVE_INFINITY);
  const authorization = credentials.token ? { authorization: `Bearer ${credentials.token}` } : {};

  const attempt = (path: string, init: RequestInit) => {
    const options: RequestOptions = {
      hostname: base.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: base.port,
      path: `${base.pathname.replace(/\/$/, '')}${path}`,
      method: init.method ?? 'GET',
      headers: {
        ...headers,
        ...init.headers,
        ...authorization,
        ...(init.body !== undefined && { 'content-length': String(Buffer.byteLength(init.body)) }),
      },
      agent: init.longLived ? unbounded : pooled,
      ...(init.signal && { signal: init.signal }),
      // 0 lifts the agent's limit, which is for sockets without a request.
      timeout: init.idleTimeoutMs ?? 0,
    };
    const request = secure ? requestHttps(options) : requestHttp(options);
    return exchange(request, init);
  };

  return {
    async send(path, init) {
      try {
        return await attempt(path, init);
      } catch (error) {
        // The server may close an idle socket in the very moment we reuse it; a read may be repeated.
        if (!(error instanceof ReusedSocketClosed) || (init.method ?? 'GET') !== 'GET')
          throw transportError(error, init);
        return await attempt(path, init).catch((again: unknown) => {
          throw transportError(again, init);
        });
      }
    },
    [Symbol.dispose]() {
      pooled.destroy();
      unbounded.destroy();
    },
  };
}

class ReusedSocketClosed extends Error {}

function exchange(request: ClientRequest, init: RequestInit): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve);
    request.on('timeout', () => request.destroy(new EdgeError('timeout', `no answer within ${init.idleTimeoutMs} ms`)));
    request.on('error', (error: NodeJS.ErrnoException) => {
      const closed = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(closed ? new ReusedSocketClosed(error.message, { cause: error }) : error);
    });
    request.end(init.body);
  });
}

/** A fault of the connection as callers see it; an abort is passed on with its own reason. */
export function transportError(error: unknown, init: Pick<RequestInit, 'signal'>): unknown {
  if (error instanceof EdgeError || init.signal?.aborted) return error;
  return new EdgeError('unavailable', `the API server cannot be reached: ${messageOf(error)}`, { cause: error });
}

function parseServer(server: string): URL {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new EdgeError('invalid', `server ${JSON.stringify(server)} must be a URL such as https://host:6443`);
  }
  return url;
}
