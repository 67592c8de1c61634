import type { KubeObject } from '../../kube/index.js';
import { messageOf } from '../../lib/index.js';
import { cleanupFinalizer } from '../admission/index.js';
import { isEstablished } from '../crd/index.js';
import { prefixOf } from '../keys.js';
import type { Kind } from '../kind.js';
import type { Entry, StoreEvent } from '../store/index.js';
import type { Api } from './call.js';
import { isFinished } from './object-change.js';
import { deleteObject } from './object-deletion.js';

const prefix = 'apiextensions.k8s.io/customresourcedefinitions/';

type Definitions = Pick<Api, 'registry' | 'store' | 'log'>;

/** Makes the registry serve what the stored definitions say. Called once, before the first request. */
export function loadDefinitions(api: Definitions): void {
  for (const { object } of api.store.list({ prefix }).entries) define(api, object);
}

/**
 * Follows the definitions: new and changed ones are served by the time their writer hears of it; one that is being
 * deleted takes its objects with it, and goes when the last of them is gone.
 */
export async function followDefinitions(api: Api, signal: AbortSignal): Promise<void> {
  const cleanups = new Set<Promise<void>>();
  const since = api.store.revision();
  for (const entry of api.store.list({ prefix }).entries) begin(entry);
  for await (const event of api.store.watch(prefix, since, signal)) {
    if (event.kind === 'delete') api.registry.undefine(event.object.metadata?.name ?? '');
    else {
      define(api, event.object);
      if (isBegun(event)) begin(event);
    }
  }
  await Promise.all(cleanups);

  function begin({ key, object }: Entry): void {
    if (object.metadata?.deletionTimestamp === undefined) return;
    const cleanup = removeObjects(api, key, object, signal)
      .catch((error: unknown) =>
        api.log.error({ err: error, definition: object.metadata?.name }, 'objects were not removed'),
      )
      .finally(() => cleanups.delete(cleanup));
    cleanups.add(cleanup);
  }
}

const isBegun = ({ object, previous }: StoreEvent) =>
  object.metadata?.deletionTimestamp !== undefined && previous?.metadata?.deletionTimestamp === undefined;

function define({ registry, log }: Definitions, definition: KubeObject): void {
  try {
    if (isEstablished(definition)) registry.define(definition);
  } catch (error) {
    log.error({ err: error, definition: definition.metadata?.name }, `a definition is not served: ${messageOf(error)}`);
  }
}

async function removeObjects(api: Api, key: string, definition: KubeObject, signal: AbortSignal): Promise<void> {
  const name = definition.metadata?.name;
  const kind = api.registry.all().find((candidate) => candidate.definition?.definitionName === name);
  if (kind) await emptied(api, kind, signal);
  if (signal.aborted) return;
  const current = api.store.current(key);
  if (!current) return;
  const { metadata } = current.object;
  const finalizers = (metadata?.finalizers ?? []).filter((finalizer) => finalizer !== cleanupFinalizer);
  const next = { ...current.object, metadata: { ...metadata, finalizers } };
  await (isFinished(next) ? api.store.remove(key, current, next) : api.store.put(key, current, next));
}

/** Deletes every object of a kind and waits until those held by finalizers are gone too. */
async function emptied(api: Api, kind: Kind, signal: AbortSignal): Promise<void> {
  const { store } = api;
  const left = () => store.list({ prefix: prefixOf(kind) }).entries;
  const since = store.revision();
  for (const { key } of left()) {
    const current = store.current(key);
    if (current) await deleteObject(api, kind, current, { dryRun: false });
  }
  if (left().length === 0) return;
  for await (const event of store.watch(prefixOf(kind), since, signal)) {
    if (event.kind === 'delete' && left().length === 0) return;
  }
}
