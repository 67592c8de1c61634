import type { Pod } from '../../kube/index.js';
import { requiredAffinity } from './node-affinity.js';
import type { NodeView } from './node-table.js';
import { type PodUse, portsClash } from './pod-use.js';
import { tolerates, untolerated } from './taints.js';

/** Why a node cannot take a pod, in the conventional words (facts kubernetes-api §16). */
export interface Refusal {
  readonly reasons: readonly string[];
  /** Removing other pods from the node could help. */
  readonly resolvable: boolean;
}

type Filter = (view: NodeView) => Refusal | undefined;

const final = (...reasons: string[]): Refusal => ({ reasons, resolvable: false });
const unschedulableTaint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** The filters of one pod, in the order that decides which reason is told. A malformed affinity throws `invalid`. */
export function createFilter(pod: Pod, use: PodUse): Filter {
  const { tolerations } = pod.spec ?? {};
  const hasAffinity = requiredAffinity(pod);
  const toleratesCordon = (tolerations ?? []).some((toleration) => tolerates(toleration, unschedulableTaint));
  const filters: Filter[] = [
    ({ node }) => (node.spec?.unschedulable && !toleratesCordon ? final('node(s) were unschedulable') : undefined),
    ({ node }) =>
      untolerated(node.spec?.taints, tolerations, ['NoSchedule', 'NoExecute']).length > 0
        ? final('node(s) had untolerated taint(s)')
        : undefined,
    ({ node }) => (hasAffinity(node) ? undefined : final("node(s) didn't match Pod's node affinity/selector")),
    (view) => portsFilter(view, use),
    (view) => resourcesFilter(view, use),
  ];
  return (view) => {
    for (const filter of filters) {
      const refusal = filter(view);
      if (refusal) return refusal;
    }
    return undefined;
  };
}

function portsFilter(view: NodeView, use: PodUse): Refusal | undefined {
  if (use.ports.length === 0) return undefined;
  for (const other of view.pods.values()) {
    if (other.ports.some((taken) => use.ports.some((wanted) => portsClash(taken, wanted)))) {
      return { reasons: ["node(s) didn't have free ports for the requested pod ports"], resolvable: true };
    }
  }
  return undefined;
}

const onePod = 1_000_000_000n;

function resourcesFilter(view: NodeView, use: PodUse): Refusal | undefined {
  const reasons: string[] = [];
  let resolvable = true;
  const slots = view.allocatable.get('pods') ?? 0n;
  if (BigInt(view.pods.size + 1) * onePod > slots) reasons.push('Too many pods');
  if (slots < onePod) resolvable = false;
  for (const [name, amount] of use.request) {
    if (amount === 0n) continue;
    const allocatable = view.allocatable.get(name) ?? 0n;
    if (amount > allocatable - (view.requested.get(name) ?? 0n)) reasons.push(`Insufficient ${name}`);
    if (amount > allocatable) resolvable = false;
  }
  return reasons.length > 0 ? { reasons, resolvable } : undefined;
}
