import { allContainers } from '../pod/desired-pod.js';
import { instancesOf, newestFirst } from './observed.js';
import type { PlanInput } from './plan-input.js';
import type { Step } from './step.js';

/** Dead containers but the newest of each name, and old sandboxes once they are empty (facts kubelet-on-cri §2.8, §8.3). */
export function garbage({ desired, observed }: PlanInput): Step[] {
  const doomed = allContainers(desired.spec).flatMap(({ name }) =>
    instancesOf(observed, name)
      .filter(({ state }) => state === 'exited')
      .slice(1),
  );
  const used = new Set(observed.containers.map(({ sandboxId }) => sandboxId));
  const empty = newestFirst(observed.sandboxes)
    .slice(1)
    .filter(({ id, ready }) => !ready && !used.has(id));
  return [
    ...doomed.map(({ id }) => ({ kind: 'removeContainer', id }) as const),
    ...empty.map(({ id }) => ({ kind: 'removeSandbox', id }) as const),
  ];
}
