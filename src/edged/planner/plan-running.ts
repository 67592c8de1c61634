import type { Container } from '../../kube/index.js';
import { crashLoop, pull } from './back-off-notice.js';
import { type ContainerDecision, decideInit, decideRegular } from './container-decision.js';
import { garbage } from './garbage.js';
import { killGrace } from './grace.js';
import { isAlive } from './observed.js';
import type { Plan, PlanInput } from './plan-input.js';
import { decideSandbox } from './sandbox-decision.js';
import type { Step } from './step.js';

/** The next steps of a pod that is to run. */
export function planRunning(input: PlanInput): Plan {
  const { desired, observed, memory, now } = input;
  if (desired.unsupported.length > 0) return { steps: [], wakeAt: undefined };
  const fresh = memory.prepared && (memory.refreshAt === undefined || memory.refreshAt > now);
  const preparing: Step[] = fresh ? [] : [{ kind: 'prepare' }];
  const sandbox = decideSandbox(desired, observed);
  if (sandbox.kind === 'replace') return planReplacement(input, sandbox.attempt, preparing);
  const stray = observed.containers.filter((item) => item.sandboxId !== sandbox.sandbox.id && isAlive(item));
  if (stray.length > 0) return stopAll(input, stray, 'Container belongs to an earlier sandbox');
  const { steps, wakeAt } = startContainers(input, sandbox.sandbox.id);
  const all = [...preparing, ...steps];
  const wakes = [wakeAt, fresh ? memory.refreshAt : undefined].filter((at) => at !== undefined);
  return { steps: all.length > 0 ? all : garbage(input), wakeAt: wakes.length > 0 ? Math.min(...wakes) : undefined };
}

/** An old sandbox ends completely before its successor starts; images are fetched meanwhile. */
function planReplacement(input: PlanInput, attempt: number, preparing: readonly Step[]): Plan {
  const alive = input.observed.containers.filter(isAlive);
  if (alive.length > 0) return stopAll(input, alive, 'Pod sandbox changed, it will be killed and re-created.');
  const ready = input.observed.sandboxes.filter((sandbox) => sandbox.ready);
  if (ready.length > 0) return { steps: ready.map(({ id }) => ({ kind: 'stopSandbox', id })), wakeAt: undefined };
  const { steps: pulls, wakeAt } = startContainers(input, undefined);
  return { steps: [{ kind: 'runSandbox', attempt }, ...preparing, ...pulls], wakeAt };
}

function stopAll(input: PlanInput, containers: PlanInput['observed']['containers'], reason: string): Plan {
  const graceSeconds = killGrace(input.desired);
  const steps = containers.map(
    ({ id, name }) => ({ kind: 'stopContainer', id, container: name, graceSeconds, reason }) as const,
  );
  return { steps, wakeAt: undefined };
}

/** Init containers one after the other, then the regular ones independent of each other. Without a sandbox only images are fetched. */
function startContainers(input: PlanInput, sandboxId: string | undefined): Plan {
  const { desired, observed, memory } = input;
  const init = decideInit(desired, observed, memory, sandboxId ?? '');
  const decided = init
    ? [init]
    : desired.spec.containers.map((container) => ({
        container,
        decision: decideRegular(desired, observed, memory, container),
      }));
  const plans = decided.map(({ container, decision }) => act(input, sandboxId, container, decision));
  const wakes = plans.flatMap(({ wakeAt }) => wakeAt ?? []);
  return { steps: plans.flatMap(({ steps }) => steps), wakeAt: wakes.length > 0 ? Math.min(...wakes) : undefined };
}

function act(input: PlanInput, sandboxId: string | undefined, container: Container, decision: ContainerDecision): Plan {
  const { memory, desired, now } = input;
  const only = (...steps: Step[]): Plan => ({ steps, wakeAt: undefined });
  switch (decision.kind) {
    case 'leave':
    case 'done':
    case 'failed':
      return only();
    case 'remove':
      return only({ kind: 'removeContainer', id: decision.container.id });
    case 'stop': {
      const { id, name } = decision.container;
      const graceSeconds = killGrace(desired);
      return only({ kind: 'stopContainer', id, container: name, graceSeconds, reason: decision.reason });
    }
    case 'start': {
      if (decision.notBefore > now) return { steps: crashLoop(input, container.name), wakeAt: decision.notBefore };
      const image = memory.images.get(container.name);
      if (image === undefined) return pull(input, container);
      if (sandboxId === undefined || !memory.prepared) return only();
      const { attempt } = decision;
      return only({ kind: 'startContainer', container: container.name, sandboxId, image, attempt });
    }
  }
}
