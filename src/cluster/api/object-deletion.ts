import { conflict, type KubeObject, type Pod } from '../../kube/index.js';
import type { Kind } from '../kind.js';
import type { Entry } from '../store/index.js';
import { timestamp } from '../timestamp.js';
import type { Api } from './call.js';
import type { DeleteOptions } from './delete-options.js';
import { isFinished } from './object-change.js';

/** What came of a deletion: the last state, and whether the object is gone already. */
export interface Deletion {
  readonly object: KubeObject;
  readonly gone: boolean;
}

const defaultGraceSeconds = 30;

/**
 * Deletes an object as facts kubernetes-api §6 say: at once, or marked and kept until its grace period is over and
 * its finalizers are gone. Repeating it is harmless; a repeated deletion of a pod can only shorten the grace. Throws 403 and 409.
 */
export async function deleteObject(api: Api, kind: Kind, current: Entry, options: DeleteOptions): Promise<Deletion> {
  requirePreconditions(kind, current.object, options);
  api.admission.remove(kind, current.object);
  const next = marked(kind, current.object, options, api.now());
  if (!next) return { object: current.object, gone: false };
  const gone = isFinished(next);
  if (options.dryRun) return { object: next, gone };
  const { object } = gone
    ? await api.store.remove(current.key, current, withoutMark(next, current.object))
    : await api.store.put(current.key, current, next);
  return { object, gone };
}

function requirePreconditions(kind: Kind, { metadata }: KubeObject, { uid, resourceVersion }: DeleteOptions): void {
  const name = metadata?.name ?? '';
  if (uid !== undefined && uid !== metadata?.uid) {
    throw conflict(
      kind.type,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata?.uid}`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata?.resourceVersion) {
    throw conflict(
      kind.type,
      name,
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata?.resourceVersion}`,
    );
  }
}

/** The object with its deletion begun or hurried; undefined when the deletion under way needs no change. */
function marked(kind: Kind, object: KubeObject, options: DeleteOptions, now: Date): KubeObject | undefined {
  const metadata = object.metadata ?? {};
  const grace = kind.storage === 'core/pods' ? podGrace(object as Pod, options.gracePeriodSeconds) : 0;
  const finalizers = withPolicy(kind, metadata.finalizers ?? [], options.propagationPolicy);
  const before = metadata.deletionTimestamp === undefined ? undefined : (metadata.deletionGracePeriodSeconds ?? 0);
  const hurried = before !== undefined && grace < before;
  const isHeld = finalizers.length > 0 || kind.storage === 'core/namespaces';
  if (before !== undefined && !hurried && (before > 0 || isHeld)) return undefined;
  const begun = before === undefined ? now.getTime() : Date.parse(metadata.deletionTimestamp ?? '') - before * 1000;
  const deadline = new Date(Math.max(begun + grace * 1000, now.getTime()));
  const status = kind.storage === 'core/namespaces' && {
    status: { ...(object as { status?: object }).status, phase: 'Terminating' },
  };
  return {
    ...object,
    ...status,
    metadata: {
      ...metadata,
      ...(finalizers.length > 0 && { finalizers }),
      ...(kind.generation && before === undefined && { generation: (metadata.generation ?? 0) + 1 }),
      deletionTimestamp: timestamp(deadline),
      deletionGracePeriodSeconds: grace,
    },
  };
}

/** Seconds a pod is given; none when no node runs it. */
function podGrace({ spec, status }: Pod, asked: number | undefined): number {
  if (!spec?.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') return 0;
  const grace = asked ?? spec.terminationGracePeriodSeconds ?? defaultGraceSeconds;
  return grace < 0 ? 1 : grace;
}

/** Orphan and Foreground hold the object with a finalizer until the garbage collector has seen to its dependents. */
function withPolicy(kind: Kind, finalizers: readonly string[], policy: DeleteOptions['propagationPolicy']): string[] {
  if (kind.storage === 'core/events') return [...finalizers];
  const kept = finalizers.filter((finalizer) => policy === undefined || !policyFinalizers.includes(finalizer));
  if (policy === 'Orphan') return [...kept, 'orphan'];
  return policy === 'Foreground' ? [...kept, 'foregroundDeletion'] : kept;
}

const policyFinalizers = ['orphan', 'foregroundDeletion'];

/** An object removed at once is shown as it was: it never was in the state of being deleted. */
function withoutMark(next: KubeObject, before: KubeObject): KubeObject {
  return before.metadata?.deletionTimestamp === undefined ? before : next;
}
