import type { IncomingMessage } from 'node:http';
import { hasCode } from '../lib/index.js';
import type {
  KubeApi,
  ListOptions,
  ObjectList,
  PatchKind,
  ResourceType,
  WatchEvent,
  WriteOptions,
} from './kube-api.js';
import type { KubeObject } from './objects.js';
import { collectionPath, createPath, objectPath, selectionQuery } from './resource-path.js';
import { readJson, throwUnlessSuccess } from './response.js';
import { type ClientCredentials, createTransport, type RequestInit, transportError } from './transport.js';
import { readWatchEvents } from './watch-stream.js';

export interface KubeClientOptions extends ClientCredentials {
  readonly userAgent?: string;
  /** Silence after which a request fails with `timeout`; watches have their own. Default 60 s. */
  readonly requestTimeoutMs?: number;
  readonly random?: () => number;
}

/** The API over HTTP. `raw` sends any request and gives the response unread; the caller reads or destroys it. */
export type KubeClient = KubeApi & {
  raw(path: string, init?: RequestInit): Promise<IncomingMessage>;
} & AsyncDisposable;

const pageSize = '500';
const contentTypes: Record<PatchKind, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

/** A client for one API server. It opens sockets on demand, keeps them alive and retries nothing. */
export function createKubeClient(options: KubeClientOptions): KubeClient {
  const { requestTimeoutMs = 60_000, random = Math.random } = options;
  const transport = createTransport(options, {
    accept: 'application/json',
    'user-agent': options.userAgent ?? 'skerry',
  });

  const call = async <R>(path: string, init: RequestInit): Promise<R> => {
    const response = await transport.send(path, { idleTimeoutMs: requestTimeoutMs, ...init });
    try {
      await throwUnlessSuccess(response);
      return (await readJson(response)) as R;
    } catch (error) {
      response.destroy();
      throw transportError(error, init);
    }
  };

  const listPage = (
    type: ResourceType,
    where: ListOptions,
    page: Record<string, string | undefined>,
    signal?: AbortSignal,
  ) => call<RawList>(withQuery(collectionPath(type, where.namespace), selectionQuery(where, page)), { signal });

  const list = async <T extends KubeObject>(
    type: ResourceType<T>,
    where: ListOptions,
    signal?: AbortSignal,
  ): Promise<ObjectList<T>> => {
    let page = await listPage(type, where, { limit: pageSize }, signal);
    const items = page.items ?? [];
    while (page.metadata?.continue) {
      try {
        page = await listPage(type, where, { limit: pageSize, continue: page.metadata.continue }, signal);
      } catch (error) {
        // The history behind the pages was compacted: one request for everything is the way out.
        if (!hasCode(error, 'gone')) throw error;
        page = await listPage(type, where, {}, signal);
        items.length = 0;
      }
      for (const item of page.items ?? []) items.push(item);
    }
    return {
      items: items.map((item) => typed(type, item as T)),
      resourceVersion: page.metadata?.resourceVersion ?? '',
    };
  };

  async function* watch<T extends KubeObject>(
    type: ResourceType<T>,
    where: ListOptions & { readonly resourceVersion: string },
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent<T>> {
    const timeoutSeconds = 300 + Math.floor(random() * 300);
    const query = selectionQuery(where, {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: where.resourceVersion,
      timeoutSeconds: String(timeoutSeconds),
    });
    // The server ends the watch at the timeout; a connection silent for longer is dead.
    const init = { longLived: true, idleTimeoutMs: (timeoutSeconds + 30) * 1000, signal };
    let response: IncomingMessage | undefined;
    try {
      response = await transport.send(withQuery(collectionPath(type, where.namespace), query), init);
      await throwUnlessSuccess(response);
      yield* readWatchEvents<T>(response);
    } catch (error) {
      if (!signal.aborted) throw transportError(error, init);
    } finally {
      response?.destroy();
    }
  }

  const write = <T>(method: string, path: string, body: unknown, contentType: string, write: WriteOptions = {}) =>
    call<T>(withQuery(path, new URLSearchParams(write.dryRun ? { dryRun: 'All' } : {})), {
      method,
      headers: { 'content-type': contentType },
      body: JSON.stringify(body),
      signal: write.signal,
    });

  // All methods are async functions: a key that is refused before anything is sent rejects too, instead of throwing.
  return {
    get: async (type, key, signal) => call(objectPath(type, key), { signal }),
    list,
    watch,
    create: async (type, object, options) => {
      const { namespace, name } = object.metadata ?? {};
      const path = options?.subresource
        ? objectPath(type, { namespace, name: name ?? '' }, options.subresource)
        : createPath(type, namespace);
      return write('POST', path, typed(type, object), 'application/json', options);
    },
    update: async (type, object, options) => {
      const { namespace, name = '' } = object.metadata ?? {};
      const path = objectPath(type, { namespace, name }, options?.subresource);
      return write('PUT', path, typed(type, object), 'application/json', options);
    },
    patch: async (type, key, { kind, body }, options) =>
      write('PATCH', objectPath(type, key, options?.subresource), body, contentTypes[kind], options),
    post: async (type, key, subresource, body, signal) =>
      write('POST', objectPath(type, key, subresource), body, 'application/json', signal && { signal }),
    delete: async (type, key, options = {}) => {
      const { signal, uid, resourceVersion, ...rest } = options;
      const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
      const body = { ...rest, ...(Object.keys(preconditions).length > 0 && { preconditions }) };
      await write(
        'DELETE',
        objectPath(type, key),
        { kind: 'DeleteOptions', apiVersion: 'v1', ...body },
        'application/json',
        signal && { signal },
      );
    },
    raw: async (path, init = {}) => await transport.send(path, init),
    async [Symbol.asyncDispose]() {
      transport[Symbol.dispose]();
    },
  };
}

interface RawList {
  items?: KubeObject[];
  metadata?: { resourceVersion?: string; continue?: string };
}

const withQuery = (path: string, query: URLSearchParams) => (query.size > 0 ? `${path}?${query}` : path);

/** Typed items of a list come without apiVersion and kind; requests may leave them out too. */
function typed<T extends KubeObject>(type: ResourceType<T>, object: T): T {
  if (object.apiVersion !== undefined && object.kind !== undefined) return object;
  const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
  return { ...object, apiVersion, kind: type.kind };
}
