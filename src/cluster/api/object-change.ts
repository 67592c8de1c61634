import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../kube/index.js';
import { apiVersionOf, keyOf } from '../keys.js';
import type { Kind } from '../kind.js';
import { invalid } from '../refusals.js';
import type { Entry } from '../store/index.js';
import { isDryRun } from './body.js';
import type { Api, Call } from './call.js';
import { isNewGeneration, keptMetadata, storable } from './object-metadata.js';

type WithStatus = KubeObject & { status?: unknown };

/** True when the kind keeps status apart from the rest. */
export function hasStatus(kind: Kind): boolean {
  return kind.subresources.some(({ name }) => name === 'status');
}

/**
 * Makes `wanted` out of the stored object as an update or patch of the object or its status may, and stores it.
 * Runs in one turn from read to write, so nobody comes in between. Throws 409 and 422.
 */
export async function changeObject(api: Api, call: Call, current: Entry, wanted: KubeObject): Promise<KubeObject> {
  const { kind, path } = call;
  const before = api.rules.convert(current.object, kind);
  const metadata = keptMetadata(kind, wanted, before);
  const parts =
    path.subresource === 'status'
      ? statusOnly(kind, wanted, before, metadata)
      : withoutStatus(kind, wanted, before, metadata);
  const completed = storable(api.rules.complete(kind, api.admission.inherit(kind, parts, before)));
  requireValid(api, kind, completed, before);
  call.warnings.push(...api.rules.warnings(kind, completed));
  const next = isNewGeneration(kind, completed, before)
    ? { ...completed, metadata: { ...completed.metadata, generation: (before.metadata?.generation ?? 0) + 1 } }
    : completed;
  return storeChange(api, call, current, api.admission.update(kind, next, before));
}

/** Stores a change that is already complete; nothing happens when nothing differs. */
export async function storeChange(api: Api, call: Call, current: Entry, next: KubeObject): Promise<KubeObject> {
  const before = api.rules.convert(current.object, call.kind);
  if (isDeepStrictEqual(storable(next), storable(before))) return current.object;
  if (isDryRun(call.query)) return next;
  const stored = isFinished(next)
    ? await api.store.remove(current.key, current, next)
    : await api.store.put(current.key, current, next);
  return stored.object;
}

/** 422 when the rules find fault with an object. */
export function requireValid(api: Api, kind: Kind, object: KubeObject, before?: KubeObject): void {
  const errors = api.rules.validate(kind, object, before);
  if (errors.length > 0) throw invalid(kind.type, object.metadata?.name ?? '', errors);
}

/** Being deleted, with no grace left and nobody holding on to it: the write that gets it there removes it. */
export function isFinished(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata ?? {};
  const { finalizers: specFinalizers } = (object as { spec?: { finalizers?: unknown[] } }).spec ?? {};
  const held = (finalizers?.length ?? 0) > 0 || (object.kind === 'Namespace' && (specFinalizers?.length ?? 0) > 0);
  return deletionTimestamp !== undefined && !deletionGracePeriodSeconds && !held;
}

function withoutStatus(
  kind: Kind,
  wanted: WithStatus,
  before: WithStatus,
  metadata: KubeObject['metadata'],
): KubeObject {
  const { status, ...rest } = wanted;
  const kept = hasStatus(kind) ? before.status : status;
  return {
    ...rest,
    ...withKind(kind),
    metadata: metadata ?? {},
    ...(kept !== undefined && { status: kept }),
  } as KubeObject;
}

/** A write to /status keeps everything but the status and what people hang on the metadata. */
function statusOnly(kind: Kind, wanted: WithStatus, before: WithStatus, metadata: KubeObject['metadata']): KubeObject {
  const { ownerReferences } = before.metadata ?? {};
  return {
    ...before,
    ...withKind(kind),
    metadata: { ...metadata, ...(kind.storage === 'core/pods' && { ownerReferences }) },
    status: wanted.status,
  } as KubeObject;
}

const withKind = (kind: Kind) => ({ apiVersion: apiVersionOf(kind), kind: kind.type.kind });

/** The newest stored state behind a call, for read-modify-write. */
export function currentOf(api: Api, { kind, path }: Call): Entry | undefined {
  return api.store.current(keyOf(kind, path.namespace, path.name ?? ''));
}
