import type { ContainerStatus } from '../../kube/index.js';
import { initPolicy, mayRestart, type RestartPolicy } from '../planner/restart-policy.js';

type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** The phase of a pod from its container statuses (facts kubelet-on-cri §2.11). */
export function podPhase(input: {
  policy: RestartPolicy;
  init: readonly ContainerStatus[];
  regular: readonly ContainerStatus[];
  /** The pod is over: what stopped will not start again. */
  terminal: boolean;
}): Phase {
  const ended = (status: ContainerStatus) =>
    status.state?.terminated ?? (status.state?.waiting ? status.lastState?.terminated : undefined);
  for (const status of input.init) {
    const end = status.state?.terminated ?? undefined;
    if (end?.exitCode === 0) continue;
    if (end && !mayRestart(initPolicy(input.policy), end)) return 'Failed';
    if (!input.terminal) return 'Pending';
  }
  const running = input.regular.filter((status) => status.state?.running).length;
  const ends = input.regular.flatMap((status) => ended(status) ?? []);
  if (!input.terminal && running + ends.length < input.regular.length) return 'Pending';
  if (running > 0) return 'Running';
  if (!input.terminal && ends.some((end) => mayRestart(input.policy, end))) return 'Running';
  return ends.length === input.regular.length && ends.every(({ exitCode }) => exitCode === 0) ? 'Succeeded' : 'Failed';
}
