import { type KubeObject, type Namespace, resources } from '../../kube/index.js';
import { hasCode } from '../../lib/index.js';
import type { Kind } from '../kind.js';
import { followedKinds } from './census.js';
import type { Controller } from './context.js';
import { contentConditions, type Remains } from './namespace-conditions.js';
import { synced } from './synced.js';
import { createWorkQueue } from './work-queue.js';

const finalizer = 'kubernetes';
/** The census tells when the last object goes; this only covers a kind it does not follow. */
const recheckMs = 30_000;

/**
 * Empties a namespace that is being deleted, pods first, then lets it go (facts kubernetes-api §14).
 * While something is held (a pod until its node confirms, a finalizer) the conditions tell what.
 */
export const namespaceDeletion: Controller = ({ api, registry, log, now, namespaces, census }) => {
  const queue = createWorkQueue({
    name: 'namespace-deletion',
    log,
    now,
    async work(name, signal) {
      const namespace = namespaces.get(name);
      if (!namespace || !isOurs(namespace)) return;
      const remains = await empty(name, signal);
      if (remains.length === 0) {
        await release(namespace, signal);
        return;
      }
      const conditions = contentConditions(namespace, remains, now());
      if (conditions.length > 0) {
        const patch = { kind: 'strategic', body: { status: { conditions } } } as const;
        await api.patch(resources.namespaces, { name }, patch, { subresource: 'status', signal });
      }
      queue.addAfter(name, recheckMs);
    },
  });

  /** Deletes what is there and says what still is afterwards. Nothing but pods is touched while there are pods. */
  const empty = async (namespace: string, signal: AbortSignal): Promise<Remains[]> => {
    const isPods = (kind: Kind) => kind.storage === podStorage(registry.all());
    const kinds = namespacedKinds(registry.all());
    const pods = await emptyKinds(kinds.filter(isPods), namespace, signal);
    return pods.length > 0
      ? pods
      : await emptyKinds(
          kinds.filter((kind) => !isPods(kind)),
          namespace,
          signal,
        );
  };

  const emptyKinds = async (kinds: readonly Kind[], namespace: string, signal: AbortSignal): Promise<Remains[]> => {
    const remains: Remains[] = [];
    for (const kind of kinds) {
      const { items } = await api.list(kind.type, { namespace }, signal);
      for (const item of items) if (item.metadata?.deletionTimestamp === undefined) await remove(kind, item, signal);
      const left = items.length > 0 ? (await api.list(kind.type, { namespace }, signal)).items : [];
      if (left.length > 0) remains.push({ type: kind.type, objects: left });
    }
    return remains;
  };

  const remove = async (kind: Kind, { metadata }: KubeObject, signal: AbortSignal) => {
    const { namespace, name = '', uid = '' } = metadata ?? {};
    const options = { uid, propagationPolicy: 'Background', signal } as const;
    await api.delete(kind.type, { namespace, name }, options).catch((error: unknown) => {
      if (!hasCode(error, 'not-found', 'conflict')) throw error;
    });
  };

  const release = async (namespace: Namespace, signal: AbortSignal) => {
    const finalizers = (namespace.spec?.finalizers ?? []).filter((held) => held !== finalizer);
    const update = { ...namespace, spec: { ...namespace.spec, finalizers } };
    await api.update(resources.namespaces, update, { subresource: 'finalize', signal }).catch((error: unknown) => {
      if (!hasCode(error, 'not-found')) throw error;
    });
  };

  return async (signal) => {
    if (!(await synced(signal, [namespaces]))) return;
    using _namespaces = namespaces.subscribe(({ kind, item }) => {
      if (kind === 'put' && isOurs(item)) queue.add(item.metadata?.name ?? '');
    });
    using _census = census.subscribe(({ kind, citizen }) => {
      const namespace = citizen.key.namespace === undefined ? undefined : namespaces.get(citizen.key.namespace);
      if (kind === 'drop' && namespace && isOurs(namespace)) queue.add(namespace.metadata?.name ?? '');
    });
    await queue.run(signal);
  };
};

const isOurs = ({ metadata, spec }: Namespace) =>
  metadata?.deletionTimestamp !== undefined && (spec?.finalizers ?? []).includes(finalizer);

const podStorage = (kinds: readonly Kind[]) =>
  kinds.find(({ type }) => type.group === '' && type.plural === resources.pods.plural)?.storage;

/** What a namespace can hold, events included. */
function namespacedKinds(kinds: readonly Kind[]): Kind[] {
  const events = kinds.find(({ type }) => type.group === '' && type.plural === resources.events.plural);
  return [...followedKinds({ all: () => kinds }), ...(events ? [events] : [])].filter(({ type }) => type.namespaced);
}
