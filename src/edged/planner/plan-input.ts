import type { DesiredPod } from '../pod/desired-pod.js';
import type { PodMemory } from './memory.js';
import type { ObservedPod } from './observed.js';
import type { Step } from './step.js';

/** All a plan depends on. */
export interface PlanInput {
  readonly desired: DesiredPod;
  readonly observed: ObservedPod;
  readonly memory: PodMemory;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Plan {
  /** What to do now. They do not depend on each other; when they are done, plan again. */
  readonly steps: readonly Step[];
  /** When to plan again though nothing happens, milliseconds since the epoch. */
  readonly wakeAt: number | undefined;
}
