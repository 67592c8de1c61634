import type { Container } from '../../kube/index.js';
import type { Plan, PlanInput } from './plan-input.js';
import { type Step, stepKey } from './step.js';

// A failed pull is told as itself for this long before it is told as a back-off.
const errorShownMs = 1000;

/** A crashed container waits: told once (facts kubelet-on-cri §2.7). */
export function crashLoop({ desired, memory }: PlanInput, container: string): Step[] {
  if (memory.waiting.get(container)?.reason === 'CrashLoopBackOff') return [];
  const delay = goDuration(memory.crashes.get(container)?.delayMs ?? 0);
  const pod = `${desired.name}_${desired.namespace}(${desired.uid})`;
  const message = `back-off ${delay} restarting failed container=${container} pod=${pod}`;
  return [{ kind: 'announceBackOff', container, reason: 'CrashLoopBackOff', message }];
}

/** Fetch the image, or tell that the next try has to wait. */
export function pull({ memory, now }: PlanInput, container: Container): Plan {
  const step: Step = { kind: 'pullImage', container: container.name };
  const retry = memory.retries.get(stepKey(step));
  const waiting = memory.waiting.get(container.name);
  if (retry === undefined || retry.at <= now || waiting?.reason === 'ImagePullBackOff') {
    return { steps: [step], wakeAt: undefined };
  }
  const tellAt = retry.at - retry.delayMs + errorShownMs;
  if (tellAt > now) return { steps: [step], wakeAt: tellAt };
  const message = `Back-off pulling image "${container.image ?? ''}": ${waiting?.reason ?? 'ErrImagePull'}: ${waiting?.message ?? ''}`;
  return {
    steps: [step, { kind: 'announceBackOff', container: container.name, reason: 'ImagePullBackOff', message }],
    wakeAt: undefined,
  };
}

/** 90000 is `1m30s`: the spelling users know from their events. */
function goDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
