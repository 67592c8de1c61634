import type { DesiredPod } from '../pod/desired-pod.js';
import { decideInit, decideRegular } from './container-decision.js';
import type { PodMemory } from './memory.js';
import { newestFirst, type ObservedPod } from './observed.js';
import { decideSandbox } from './sandbox-decision.js';

/** Whether the pod has run to its end: nothing of it is to be started ever again (facts kubelet-on-cri §2.5, §2.11). */
export function hasEnded(desired: DesiredPod, observed: ObservedPod, memory: PodMemory): boolean {
  if (desired.restartPolicy === 'Always' || observed.containers.length === 0) return false;
  const regular = desired.spec.containers.map((container) => decideRegular(desired, observed, memory, container).kind);
  if (regular.every((kind) => kind === 'done' || kind === 'failed')) return true;
  const sandbox = decideSandbox(desired, observed);
  // A pod that may not restart dies with its sandbox.
  if (sandbox.kind === 'replace') return desired.restartPolicy === 'Never' && sandbox.attempt > 0;
  const newest = newestFirst(observed.sandboxes)[0];
  return newest !== undefined && decideInit(desired, observed, memory, newest.id)?.decision.kind === 'failed';
}
