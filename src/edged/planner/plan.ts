import type { DesiredPod } from '../pod/desired-pod.js';
import { hasEnded } from './ended.js';
import { planEnding } from './plan-ending.js';
import type { Plan, PlanInput } from './plan-input.js';
import { planRunning } from './plan-running.js';
import { stepKey } from './step.js';

/**
 * What brings the pod closer to what is desired. Pure: the same input gives the same plan, and
 * performing plans until one is empty ends in the desired state (facts kubelet-on-cri §2.4 to §2.7, §2.14).
 */
export function planPod(input: PlanInput): Plan {
  const ending = input.desired.ending ?? endOf(input);
  const { steps, wakeAt } = ending ? planEnding(input, ending) : planRunning(input);
  const waits = wakeAt === undefined ? [] : [wakeAt];
  const due = steps.filter((step) => {
    const retry = input.memory.retries.get(stepKey(step));
    if (retry === undefined || retry.at <= input.now) return true;
    waits.push(retry.at);
    return false;
  });
  return { steps: due, wakeAt: waits.length > 0 ? Math.min(...waits) : undefined };
}

/** A pod that ran to its end stops its sandbox and keeps its dead containers for their logs. */
function endOf({ desired, observed, memory }: PlanInput): DesiredPod['ending'] | undefined {
  if (!hasEnded(desired, observed, memory)) return undefined;
  return { graceSeconds: desired.spec.terminationGracePeriodSeconds ?? 30, remove: false };
}
