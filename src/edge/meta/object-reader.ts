import type { ObjectReader } from '../../edged/index.js';
import type { ConfigMap, ObjectKey, RuntimeClass, Secret } from '../../kube/index.js';
import { EdgeError } from '../../lib/index.js';
import { createMessage, formatResource, groups, operations, sources } from '../../wire/index.js';
import type { ObjectIntake } from './object-intake.js';
import { objectOf, type StoredObject } from './object-kinds.js';
import type { ObjectRows } from './object-rows.js';
import { readReply } from './reply.js';
import type { Requests } from './requests.js';
import type { TokenStore } from './token-store.js';

/**
 * Reads what pods refer to: the local row first, which pushes keep fresh, else the cloud
 * (facts cloudhub-wire §6.4). Callers that ask for one object at the same time share one request.
 */
export function createObjectReader(options: {
  readonly rows: ObjectRows;
  readonly intake: ObjectIntake;
  readonly requests: Requests;
  readonly tokens: TokenStore;
  readonly timeoutMs: number;
}): ObjectReader {
  const { rows, intake, requests, tokens, timeoutMs } = options;
  const running = new Map<string, Promise<StoredObject>>();

  const fetchObject = async (type: string, resource: string): Promise<StoredObject> => {
    const request = createMessage({
      source: sources.edged,
      group: groups.meta,
      operation: operations.query,
      resource,
      content: null,
    });
    const object = objectOf(type, readReply(await requests.ask(request, { timeoutMs })));
    if (!object) throw new EdgeError('unavailable', `the cloud answered the query for ${resource} with something else`);
    return object;
  };
  const read = async (type: string, { namespace, name }: ObjectKey, signal?: AbortSignal): Promise<StoredObject> => {
    signal?.throwIfAborted();
    const resource = formatResource({ ...(namespace === undefined ? {} : { namespace }), type, name });
    const local = rows.get(resource);
    if (local) return local;
    const shared = running.get(resource) ?? fetchObject(type, resource).finally(() => running.delete(resource));
    running.set(resource, shared);
    return until(shared, signal);
  };
  return {
    configMap: async (key, signal) => (await read('configmap', key, signal)) as unknown as ConfigMap,
    secret: async (key, signal) => (await read('secret', key, signal)) as unknown as Secret,
    runtimeClass: async (name, signal) => (await read('runtimeclass', { name }, signal)) as unknown as RuntimeClass,
    serviceAccountToken: (key, request, signal) => tokens.token(key, request, signal),
    changed: (signal) => intake.configs.follow(signal),
  };
}

/** The outcome of shared work; abort ends this caller's wait and leaves the work to the others. */
async function until<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
