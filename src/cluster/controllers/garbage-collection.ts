import type { KubeObject, OwnerReference } from '../../kube/index.js';
import { hasCode } from '../../lib/index.js';
import type { Citizen } from './census.js';
import type { Controller } from './context.js';
import { type OwnerState, ownershipStep } from './ownership.js';
import { createWorkQueue } from './work-queue.js';

const foreground = 'foregroundDeletion';
const orphan = 'orphan';
/** An owner whose kind is not served is looked at again after this. */
const unknownKindMs = 5 * 60_000;
/** While a first list is missing, deletions that must know all dependents wait this long. */
const incompleteMs = 1000;

/**
 * Garbage collection by owner references (facts kubernetes-api §15): what lost all its owners is
 * deleted; a foreground deletion waits for the dependents that block it; an orphaning one cuts them
 * loose first. An owner counts as gone only after the API itself said so.
 */
export const garbageCollection: Controller = ({ api, registry, log, now, census }) => {
  const queue = createWorkQueue({
    name: 'garbage-collection',
    log,
    now,
    async work(uid, signal) {
      const citizen = census.get(uid);
      if (!citizen) return;
      if (citizen.deleting) await finishDeletion(citizen, signal);
      else await judge(citizen, signal);
    },
  });

  const judge = async (citizen: Citizen, signal: AbortSignal) => {
    const owners = [];
    for (const reference of citizen.owners)
      owners.push({ reference, state: await stateOf(reference, citizen, signal) });
    if (owners.some(({ state }) => state === 'unknown')) queue.addAfter(citizen.uid, unknownKindMs);
    const { uid, finalizers, deleting, kind, key } = citizen;
    const step = ownershipStep({ owners, finalizers, deleting, hasDependents: census.dependents(uid).length > 0 });
    if (step.kind === 'release') await rewrite(citizen, signal, () => ({ ownerReferences: step.owners }));
    if (step.kind !== 'delete') return;
    await gone(api.delete(kind.type, key, { uid, propagationPolicy: step.policy, signal }));
    log.info({ kind: kind.type.kind, ...key, uid, policy: step.policy }, 'deleted an object whose owners are gone');
  };

  const stateOf = async (reference: OwnerReference, { key }: Citizen, signal: AbortSignal): Promise<OwnerState> => {
    const known = census.get(reference.uid);
    // An owner in another namespace is none.
    if (known?.kind.type.namespaced && known.key.namespace !== key.namespace) return 'absent';
    if (known) return isWaiting(known) && reference.blockOwnerDeletion ? 'waiting' : 'solid';
    const [version = '', group = ''] = reference.apiVersion.split('/').reverse();
    const kind = registry.findKind(group, version, reference.kind);
    if (!kind) return 'unknown';
    const namespace = kind.type.namespaced ? key.namespace : undefined;
    if (kind.type.namespaced && namespace === undefined) return 'absent';
    try {
      const owner = await api.get(kind.type, { namespace, name: reference.name }, signal);
      return owner.metadata?.uid === reference.uid ? 'solid' : 'absent';
    } catch (error) {
      if (hasCode(error, 'not-found')) return 'absent';
      throw error;
    }
  };

  const finishDeletion = async (citizen: Citizen, signal: AbortSignal) => {
    if (!citizen.finalizers.includes(foreground) && !citizen.finalizers.includes(orphan)) return;
    if (!census.complete()) {
      queue.addAfter(citizen.uid, incompleteMs);
      return;
    }
    const dependents = census.dependents(citizen.uid);
    if (citizen.finalizers.includes(orphan)) {
      for (const dependent of dependents) await rewrite(dependent, signal, withoutOwner(citizen.uid));
      await rewrite(citizen, signal, withoutFinalizer(orphan));
      return;
    }
    const blocking = dependents.filter(({ owners }) =>
      owners.some((owner) => owner.uid === citizen.uid && owner.blockOwnerDeletion),
    );
    if (blocking.length === 0) await rewrite(citizen, signal, withoutFinalizer(foreground));
    for (const dependent of blocking) queue.add(dependent.uid);
  };

  /** Changes metadata lists of the object as it is now; a lost race is tried again by the queue. */
  const rewrite = async (citizen: Citizen, signal: AbortSignal, change: (object: KubeObject) => object) => {
    const { kind, key, uid } = citizen;
    const object = await gone(api.get(kind.type, key, signal));
    if (!object || object.metadata?.uid !== uid) return;
    const { resourceVersion } = object.metadata;
    const body = { metadata: { uid, resourceVersion, ...change(object) } };
    await gone(api.patch(kind.type, key, { kind: 'merge', body }, { signal }));
  };

  return async (signal) => {
    using _census = census.subscribe(({ kind, citizen }) => {
      if (kind === 'put' && (citizen.owners.length > 0 || citizen.deleting)) queue.add(citizen.uid);
      if (kind === 'put' && !isWaiting(citizen)) return;
      // The end of an owner, or its wait, is news for its dependents; that of a dependent for its owners.
      for (const dependent of census.dependents(citizen.uid)) queue.add(dependent.uid);
      if (kind === 'drop') for (const { uid } of citizen.owners) queue.add(uid);
    });
    await queue.run(signal);
  };
};

const isWaiting = ({ deleting, finalizers }: Citizen) => deleting && finalizers.includes(foreground);

const withoutOwner = (uid: string) => (object: KubeObject) => ({
  ownerReferences: (object.metadata?.ownerReferences ?? []).filter((owner) => owner.uid !== uid),
});

const withoutFinalizer = (finalizer: string) => (object: KubeObject) => ({
  finalizers: (object.metadata?.finalizers ?? []).filter((held) => held !== finalizer),
});

/** The result, or undefined when the object is gone: nothing is left to do then. */
async function gone<T>(call: Promise<T>): Promise<T | undefined> {
  return await call.catch((error: unknown) => {
    if (hasCode(error, 'not-found')) return undefined;
    throw error;
  });
}
