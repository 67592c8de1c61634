import type { Pod } from '../../kube/index.js';
import { preferredAffinity } from './node-affinity.js';
import type { NodeView } from './node-table.js';
import type { PodUse } from './pod-use.js';
import { untolerated } from './taints.js';

const best = 100;
const weights = { taints: 3, affinity: 2, leastAllocated: 1, balanced: 1 };

/** The score of each node for a pod, aligned with `views`; higher is better (facts kubernetes-api §16). */
export function scoreNodes(pod: Pod, use: PodUse, views: readonly NodeView[]): number[] {
  const preference = preferredAffinity(pod);
  const tolerations = (pod.spec?.tolerations ?? []).filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
  const avoided = views.map(({ node }) => untolerated(node.spec?.taints, tolerations, ['PreferNoSchedule']).length);
  const taints = normalised(avoided).map((share) => best - share);
  const affinity = normalised(views.map(({ node }) => preference(node)));
  return views.map((view, index) => {
    const after = { cpu: usedShare(view, use, 'cpu'), memory: usedShare(view, use, 'memory') };
    return (
      weights.taints * (taints[index] ?? 0) +
      weights.affinity * (affinity[index] ?? 0) +
      weights.leastAllocated * leastAllocated(after) +
      weights.balanced * balanced(after)
    );
  });
}

/** Scales counts so that the largest is 100; all zero stay zero. */
function normalised(counts: readonly number[]): number[] {
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  return counts.map((count) => (most === 0 ? 0 : (count * best) / most));
}

interface Shares {
  readonly cpu: number | undefined;
  readonly memory: number | undefined;
}

/** The share of a resource in use with the pod there, 0 to 1; undefined when the node has none of it. */
function usedShare(view: NodeView, use: PodUse, name: 'cpu' | 'memory'): number | undefined {
  const capacity = view.allocatable.get(name) ?? 0n;
  if (capacity <= 0n) return undefined;
  return Math.min(1, Number(view.scored[name] + use.scored[name]) / Number(capacity));
}

function leastAllocated({ cpu, memory }: Shares): number {
  const known = [cpu, memory].filter((share) => share !== undefined);
  if (known.length === 0) return 0;
  return (known.reduce((total, share) => total + (1 - share), 0) * best) / known.length;
}

/** The standard deviation of two shares is half their distance. */
function balanced({ cpu, memory }: Shares): number {
  return cpu === undefined || memory === undefined ? best : (1 - Math.abs(cpu - memory) / 2) * best;
}
