import type { DesiredPod } from '../pod/desired-pod.js';
import { killGrace } from './grace.js';
import { isAlive } from './observed.js';
import type { Plan, PlanInput } from './plan-input.js';
import type { Step } from './step.js';

/**
 * The next steps of a pod that is to end: containers in parallel, then sandboxes, then what the
 * node holds for it (facts kubelet-on-cri §2.14).
 */
export function planEnding(input: PlanInput, ending: NonNullable<DesiredPod['ending']>): Plan {
  return { steps: endingSteps(input, ending), wakeAt: undefined };
}

function endingSteps(
  { desired, observed, memory }: PlanInput,
  ending: NonNullable<DesiredPod['ending']>,
): readonly Step[] {
  const alive = observed.containers.filter(isAlive);
  if (alive.length > 0) {
    const graceSeconds = killGrace({ ...desired, ending });
    return alive.map(({ id, name }) => {
      const reason = `Stopping container ${name}`;
      return { kind: 'stopContainer', id, container: name, graceSeconds, reason };
    });
  }
  const ready = observed.sandboxes.filter((sandbox) => sandbox.ready);
  if (ready.length > 0) return ready.map(({ id }) => ({ kind: 'stopSandbox', id }));
  const steps: Step[] = memory.released ? [] : [{ kind: 'release' }];
  if (!ending.remove) return steps;
  const known = new Set(observed.sandboxes.map(({ id }) => id));
  for (const { id } of observed.sandboxes) steps.push({ kind: 'removeSandbox', id });
  for (const { id, sandboxId } of observed.containers) {
    if (!known.has(sandboxId)) steps.push({ kind: 'removeContainer', id });
  }
  return steps.length > 0 || memory.finished ? steps : [{ kind: 'finish' }];
}
