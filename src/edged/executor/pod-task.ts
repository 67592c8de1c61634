import type { PodMemory, WaitingReason } from '../planner/memory.js';
import { withEntry } from '../planner/memory.js';
import type { ObservedContainer, ObservedPod, ObservedSandbox } from '../planner/observed.js';
import { type Step, stepKey } from '../planner/step.js';
import type { DesiredPod } from '../pod/desired-pod.js';

/** One pod as its worker and the doers of its steps share it; only these functions change it. */
export interface PodTask {
  readonly desired: DesiredPod;
  readonly observed: ObservedPod;
  readonly memory: PodMemory;
  see(found: { readonly sandbox?: ObservedSandbox; readonly container?: ObservedContainer }): void;
  lose(id: string): void;
  /** What was seen may be wrong: look again before the next plan. */
  doubt(): void;
  remember(change: (memory: PodMemory) => PodMemory): void;
}

/** How long failed steps wait for their next try. */
export interface RetryPolicy {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** Remembers a failure, so that the planner waits before it plans the step again. */
export function retryLater(task: PodTask, step: Step, policy: RetryPolicy, now: number): void {
  const key = stepKey(step);
  task.remember((memory) => {
    const former = memory.retries.get(key)?.delayMs;
    const delayMs = former === undefined ? policy.baseMs : Math.min(policy.maxMs, former * 2);
    return { ...memory, retries: withEntry(memory.retries, key, { delayMs, at: now + delayMs }) };
  });
}

/** The step went well: its next failure starts the back-off anew. */
export function clearRetry(task: PodTask, step: Step): void {
  task.remember((memory) => ({ ...memory, retries: withEntry(memory.retries, stepKey(step), undefined) }));
}

export function setWaiting(task: PodTask, container: string, waiting: WaitingReason | undefined): void {
  task.remember((memory) => ({ ...memory, waiting: withEntry(memory.waiting, container, waiting) }));
}
