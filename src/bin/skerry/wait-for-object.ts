import { type KubeApi, type KubeObject, type ObjectKey, type ResourceType, watchChanges } from '../../kube/index.js';
import { EdgeError, type Log } from '../../lib/index.js';

/** Watches one object until it is as wanted. Ends with `timeout` when `signal` aborts first. */
export async function waitForObject<T extends KubeObject>(
  api: KubeApi,
  type: ResourceType<T>,
  key: ObjectKey,
  wanted: (object: T) => boolean,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<T> {
  const only = {
    ...(key.namespace === undefined ? {} : { namespace: key.namespace }),
    fieldSelector: `metadata.name=${key.name}`,
  };
  for await (const change of watchChanges(api, type, only, { signal, log })) {
    if (change.kind === 'drop') continue;
    const found = (change.kind === 'reset' ? change.items : [change.item]).find(wanted);
    if (found) return found;
  }
  throw new EdgeError('timeout', `${type.kind} ${key.name} did not become what it should in time.`);
}
