import type { DeleteOptions, ResourceType } from '../kube-api.js';
import { mergePatch } from '../merge-patch.js';
import type { KubeObject, Namespace, Pod } from '../objects.js';
import { conflict } from '../status.js';

/** Kinds whose status is written through the sub-resource only. */
const statusKinds = new Set(['Pod', 'Node', 'Namespace', 'Service', 'Deployment', 'Job', 'CustomResourceDefinition']);
type WithStatus = KubeObject & { status?: unknown };

/** What create does to an object beside its metadata (facts kubernetes-api §6, §9). */
export function initialStatus(type: ResourceType, object: KubeObject): KubeObject {
  if (type.kind === 'Pod') return { ...object, status: { phase: 'Pending' } } as KubeObject;
  if (type.kind === 'Namespace') {
    return { ...object, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } } as KubeObject;
  }
  if (type.kind === 'Node' || !statusKinds.has(type.kind)) return object;
  const { status: _dropped, ...rest } = object as WithStatus;
  return rest;
}

/** The object a write leaves behind: only the status, all but the status, or (finalize) the namespace's own finalizers. */
export function updated(
  type: ResourceType,
  before: KubeObject,
  wanted: KubeObject,
  subresource: string | undefined,
): KubeObject {
  const old: WithStatus = before;
  const next: WithStatus = wanted;
  if (subresource === 'status') {
    const { labels, annotations } = wanted.metadata ?? {};
    const metadata = mergePatch(before.metadata, { ...(labels && { labels }), ...(annotations && { annotations }) });
    return { ...before, metadata, ...(next.status !== undefined && { status: next.status }) } as KubeObject;
  }
  if (subresource === 'finalize') return { ...before, spec: (wanted as Namespace).spec } as KubeObject;
  const kept = statusKinds.has(type.kind) ? { ...next, ...(old.status !== undefined && { status: old.status }) } : next;
  const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation } = before.metadata ?? {};
  const server = JSON.parse(
    JSON.stringify({ uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation }),
  );
  return { ...kept, metadata: { ...wanted.metadata, ...server } };
}

/** True when a deleting object may go: nothing holds it any more. */
export function released(type: ResourceType, object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata ?? {};
  if (deletionTimestamp === undefined || finalizers.length > 0 || deletionGracePeriodSeconds > 0) return false;
  return type.kind !== 'Namespace' || ((object as Namespace).spec?.finalizers ?? []).length === 0;
}

/** The object after a DELETE request: marked as deleting, with its grace and the finalizers the policy asks for (facts kubernetes-api §6). */
export function marked(type: ResourceType, object: KubeObject, options: DeleteOptions, now: Date): KubeObject {
  const metadata = { ...object.metadata };
  checkPreconditions(type, object, options);
  const grace = type.kind === 'Pod' ? podGrace(object as Pod, options) : 0;
  const known = metadata.deletionGracePeriodSeconds;
  if (metadata.deletionTimestamp === undefined || (known !== undefined && grace < known)) {
    metadata.deletionTimestamp = new Date(now.getTime() + grace * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
    metadata.deletionGracePeriodSeconds = grace;
  }
  const hold = { Foreground: 'foregroundDeletion', Orphan: 'orphan', Background: undefined }[
    options.propagationPolicy ?? 'Background'
  ];
  if (hold && !metadata.finalizers?.includes(hold)) metadata.finalizers = [...(metadata.finalizers ?? []), hold];
  const status = type.kind === 'Namespace' ? { status: { ...(object as Namespace).status, phase: 'Terminating' } } : {};
  return { ...object, metadata, ...status } as KubeObject;
}

function checkPreconditions(type: ResourceType, object: KubeObject, { uid, resourceVersion }: DeleteOptions): void {
  const { metadata = {} } = object;
  const name = metadata.name ?? '';
  if (uid !== undefined && uid !== metadata.uid) {
    throw conflict(type, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`);
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) throw conflict(type, name);
}

function podGrace(pod: Pod, { gracePeriodSeconds }: DeleteOptions): number {
  const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  if (!pod.spec?.nodeName || finished) return 0;
  const asked = gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
  return asked < 0 ? 1 : asked;
}
