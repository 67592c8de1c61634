import type { Pod } from '../../kube/index.js';
import { createFilter, type Refusal } from './filters.js';
import type { NodeView } from './node-table.js';
import type { PodUse } from './pod-use.js';
import { scoreNodes } from './scores.js';

export type Placement =
  | { readonly kind: 'placed'; readonly nodeName: string }
  | { readonly kind: 'refused'; readonly message: string };

/** Chooses the node for a pod: of those no filter refuses, the best scored; ties fall by `random`. Pure but for `random`. */
export function choosePlace(pod: Pod, use: PodUse, views: readonly NodeView[], random: () => number): Placement {
  const unsupported = unsupportedConstraint(pod);
  if (unsupported) return { kind: 'refused', message: `${unsupported} is not supported by this scheduler yet` };
  if (views.length === 0) return { kind: 'refused', message: 'no nodes available to schedule pods' };
  const filter = createFilter(pod, use);
  const refusals: [NodeView, Refusal][] = [];
  const feasible: NodeView[] = [];
  for (const view of views) {
    const refusal = filter(view);
    if (refusal) refusals.push([view, refusal]);
    else feasible.push(view);
  }
  if (feasible.length === 0) return { kind: 'refused', message: refusalMessage(pod, use, refusals) };
  const scores = feasible.length === 1 ? [0] : scoreNodes(pod, use, feasible);
  const top = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const winners = feasible.filter((_, index) => scores[index] === top);
  const winner = winners[Math.min(winners.length - 1, Math.floor(random() * winners.length))] ?? winners[0];
  return winner ? { kind: 'placed', nodeName: winner.name } : { kind: 'refused', message: 'no node has a score' };
}

/** A constraint that must be honoured and is not known here, by its field. Preferences only cost a better choice. */
function unsupportedConstraint(pod: Pod): string | undefined {
  const { affinity, topologySpreadConstraints = [], volumes = [], resourceClaims = [] } = pod.spec ?? {};
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  if (affinity?.podAffinity?.[required]?.length) return `spec.affinity.podAffinity.${required}`;
  if (affinity?.podAntiAffinity?.[required]?.length) return `spec.affinity.podAntiAffinity.${required}`;
  if (topologySpreadConstraints.some(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule')) {
    return 'spec.topologySpreadConstraints with whenUnsatisfiable DoNotSchedule';
  }
  const volume = volumes.find(({ persistentVolumeClaim, ephemeral }) => persistentVolumeClaim || ephemeral);
  if (volume) return `spec.volumes: a volume claim (volume ${volume.name})`;
  return resourceClaims.length > 0 ? 'spec.resourceClaims' : undefined;
}

function refusalMessage(pod: Pod, use: PodUse, refusals: readonly [NodeView, Refusal][]): string {
  const none = `0/${refusals.length} nodes are available`;
  const reasons = counted(refusals.flatMap(([, refusal]) => refusal.reasons));
  const preemption =
    pod.spec?.preemptionPolicy === 'Never'
      ? 'not eligible due to preemptionPolicy=Never.'
      : `${none}: ${counted(refusals.map(([view, refusal]) => preemptionReason(view, refusal, use)))}.`;
  return `${none}: ${reasons}. no new claims to deallocate, preemption: ${preemption}`;
}

function preemptionReason(view: NodeView, { resolvable }: Refusal, { priority }: PodUse): string {
  if (!resolvable) return 'Preemption is not helpful for scheduling';
  const hasVictim = [...view.pods.values()].some((other) => other.priority < priority);
  return hasVictim
    ? 'Preemption is not supported by this scheduler yet'
    : 'No preemption victims found for incoming pod';
}

/** `1 Insufficient cpu, 2 node(s) …`, sorted as text. */
function counted(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}
