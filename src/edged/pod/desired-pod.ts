import type { Container, Pod, PodSpec } from '../../kube/index.js';
import { EdgeError } from '../../lib/index.js';
import { withDefaults } from './defaults.js';
import { unsupportedFeatures } from './unsupported.js';

/** A pod as the node is to run it: defaults applied, identity checked, ready for planner and configuration. */
export interface DesiredPod {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly pod: Pod;
  readonly spec: PodSpec;
  readonly restartPolicy: 'Always' | 'OnFailure' | 'Never';
  /** Why this pod cannot be run by this version, one phrase per feature; empty when it can. */
  readonly unsupported: readonly string[];
  /** Set when the pod is to end. `remove` leaves nothing behind; otherwise ended containers stay for their logs. */
  readonly ending?: { readonly graceSeconds: number; readonly remove: boolean };
  /** Known only from the runtime, or gone from the source: nobody is told when it has ended. */
  readonly orphan: boolean;
}

/** Reads a pod from the source. Throws `invalid` naming the missing field. */
export function desiredPod(pod: Pod): DesiredPod {
  const { name, namespace, uid } = pod.metadata ?? {};
  if (!uid || !name || !namespace) throw new EdgeError('invalid', 'pod metadata needs uid, name and namespace');
  if (!pod.spec || !Array.isArray(pod.spec.containers) || pod.spec.containers.length === 0) {
    throw new EdgeError('invalid', `pod ${namespace}/${name}: spec.containers must name at least one container`);
  }
  const spec = withDefaults(pod.spec);
  const restartPolicy = spec.restartPolicy ?? 'Always';
  if (restartPolicy !== 'Always' && restartPolicy !== 'OnFailure' && restartPolicy !== 'Never') {
    throw new EdgeError('invalid', `pod ${namespace}/${name}: spec.restartPolicy must be Always, OnFailure or Never`);
  }
  const ending = endingOf(pod);
  return {
    uid,
    name,
    namespace,
    pod,
    spec,
    restartPolicy,
    unsupported: unsupportedFeatures(spec),
    orphan: false,
    ...(ending ? { ending } : {}),
  };
}

function endingOf(pod: Pod): DesiredPod['ending'] | undefined {
  const spec = pod.spec?.terminationGracePeriodSeconds ?? 30;
  if (pod.metadata?.deletionTimestamp) {
    return { graceSeconds: pod.metadata.deletionGracePeriodSeconds ?? spec, remove: true };
  }
  const phase = pod.status?.phase;
  return phase === 'Failed' || phase === 'Succeeded' ? { graceSeconds: spec, remove: false } : undefined;
}

/** The pod is no longer wanted by its source: it ends with at most the shortest grace (facts kubelet-on-cri §2.15). */
export function orphaned(desired: DesiredPod): DesiredPod {
  return { ...desired, orphan: true, ending: { graceSeconds: 1, remove: true } };
}

/** A pod of which only the runtime knows: enough of it to end it. */
export function orphanOf(identity: { uid: string; namespace: string; name: string }): DesiredPod {
  const { uid, namespace, name } = identity;
  const spec: PodSpec = { containers: [] };
  const pod: Pod = { metadata: { uid, namespace, name }, spec };
  return orphaned({ ...identity, pod, spec, restartPolicy: 'Never', unsupported: [], orphan: true });
}

/** Every ordinary container of the pod, init containers first. */
export function allContainers(spec: PodSpec): readonly Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}
