import type { DesiredPod } from '../pod/desired-pod.js';

// A container needs a moment for its stop signal even when the pod grants none.
const floorSeconds = 1;

/**
 * Seconds a container gets between the stop signal and SIGKILL. Where the kubelet never grants less than 2
 * (facts kubelet-on-cri §2.14), a pod that asks for 1 gets what it asked for: it is gone a second sooner.
 */
export function killGrace(desired: Pick<DesiredPod, 'ending' | 'spec'>): number {
  return Math.max(
    floorSeconds,
    desired.ending?.graceSeconds ?? desired.spec.terminationGracePeriodSeconds ?? floorSeconds,
  );
}
