import type { ContainerStatus, Pod, PodCondition } from '../../kube/index.js';

export interface ConditionsInput {
  readonly pod: Pod;
  readonly phase: string;
  readonly init: readonly ContainerStatus[];
  readonly regular: readonly ContainerStatus[];
  readonly sandboxReady: boolean;
  /** The conditions told before: other owners' are kept, unchanged ones keep their transition time. */
  readonly previous: readonly PodCondition[];
  /** RFC 3339. */
  readonly now: string;
}

type Verdict = Pick<PodCondition, 'reason' | 'message'> & { status: 'True' | 'False' };
const yes: Verdict = { status: 'True' };

/** The conditions of a pod (facts kubelet-on-cri §2.12). */
export function podConditions(input: ConditionsInput): PodCondition[] {
  const containersReady = readiness(input);
  const own: [string, Verdict][] = [
    ['PodReadyToStartContainers', { status: input.sandboxReady ? 'True' : 'False' }],
    ['Initialized', initialization(input)],
    ['Ready', withGates(input, containersReady)],
    ['ContainersReady', containersReady],
    ['PodScheduled', yes],
  ];
  const names = new Set(own.map(([type]) => type));
  return [
    ...own.map(([type, verdict]) => condition(type, verdict, input)),
    ...input.previous.filter(({ type }) => !names.has(type)),
  ];
}

function condition(type: string, verdict: Verdict, { previous, now, pod }: ConditionsInput): PodCondition {
  const former = previous.find((item) => item.type === type);
  const { generation } = pod.metadata ?? {};
  return {
    type,
    ...verdict,
    lastTransitionTime: former?.status === verdict.status ? (former.lastTransitionTime ?? now) : now,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
}

function ended(phase: string): Verdict | undefined {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  return phase === 'Failed' ? { status: 'False', reason: 'PodFailed' } : undefined;
}

function initialization({ init, phase }: ConditionsInput): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  const missing = init.filter((status) => status.state?.terminated?.exitCode !== 0).map(({ name }) => name);
  if (missing.length === 0) return yes;
  return {
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${missing.join(' ')}]`,
  };
}

function readiness({ regular, phase }: ConditionsInput): Verdict {
  const over = ended(phase);
  if (over) return over;
  const unready = regular.filter(({ ready }) => !ready).map(({ name }) => name);
  if (unready.length === 0) return yes;
  return {
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.join(' ')}]`,
  };
}

function withGates({ pod, previous }: ConditionsInput, containersReady: Verdict): Verdict {
  if (containersReady.status === 'False') return containersReady;
  for (const { conditionType } of pod.spec?.readinessGates ?? []) {
    const gate = previous.find(({ type }) => type === conditionType);
    if (gate?.status === 'True') continue;
    const problem = gate
      ? `the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`
      : `corresponding condition of pod readiness gate "${conditionType}" does not exist.`;
    return { status: 'False', reason: 'ReadinessGatesNotReady', message: problem };
  }
  return yes;
}
