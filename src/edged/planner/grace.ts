import type { DesiredPod } from '../pod/desired-pod.js';

// The runtime needs a moment between the stop signal and SIGKILL even when the pod grants none.
const floorSeconds = 2;

/** Seconds a container gets between the stop signal and SIGKILL (facts kubelet-on-cri §2.14). */
export function killGrace(desired: Pick<DesiredPod, 'ending' | 'spec'>): number {
  return Math.max(
    floorSeconds,
    desired.ending?.graceSeconds ?? desired.spec.terminationGracePeriodSeconds ?? floorSeconds,
  );
}
