import { hasCode, messageOf } from '../../lib/index.js';
import type { WaitingReason } from '../planner/memory.js';
import type { Step } from '../planner/step.js';
import { type RetryPolicy, retryLater, setWaiting } from './pod-task.js';
import type { StepContext } from './step-context.js';

export const policies = {
  /** Facts kubelet-on-cri §2.7. */
  pull: { baseMs: 10_000, maxMs: 300_000 },
  /** A cause outside the pod: a missing object, a runtime fault. */
  repair: { baseMs: 1_000, maxMs: 15_000 },
} satisfies Record<string, RetryPolicy>;

/**
 * An expected failure of a step: remembered for the next try, logged, and told as an event unless
 * the runtime is merely away (that is told by the node).
 */
export function stepFailed(
  context: StepContext,
  step: Step,
  error: unknown,
  told: {
    readonly event: string;
    readonly message: string;
    readonly container?: string;
    readonly waiting?: WaitingReason;
    readonly policy?: RetryPolicy;
  },
): void {
  const { task, recorder, log, now } = context;
  task.doubt();
  retryLater(task, step, told.policy ?? policies.repair, now());
  log.warn({ step: step.kind, err: error }, messageOf(error));
  if (told.container !== undefined && told.waiting) setWaiting(task, told.container, told.waiting);
  if (hasCode(error, 'unavailable') && step.kind !== 'prepare' && step.kind !== 'pullImage') return;
  recorder.pod(task.desired.pod, 'Warning', told.event, told.message, told.container);
}
