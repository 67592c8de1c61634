import type { PodSpec } from '../../kube/index.js';
import { compareQuantity } from '../../lib/index.js';
import { allContainers } from '../pod/desired-pod.js';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const counted = ['cpu', 'memory'] as const;
const isSet = (quantity: string | undefined): quantity is string =>
  quantity !== undefined && compareQuantity(quantity, '0') !== 0;

/** The pod's quality of service, from cpu and memory of every container (facts kubelet-on-cri §5); a class already set stays. */
export function qosOf(spec: PodSpec, given?: string): QosClass {
  if (given === 'Guaranteed' || given === 'Burstable' || given === 'BestEffort') return given;
  const resources = allContainers(spec).map((container) => container.resources ?? {});
  const none = resources.every(({ limits, requests }) =>
    counted.every((name) => !isSet(limits?.[name]) && !isSet(requests?.[name])),
  );
  if (none) return 'BestEffort';
  const full = resources.every(({ limits, requests }) =>
    counted.every((name) => {
      const limit = limits?.[name];
      return isSet(limit) && compareQuantity(requests?.[name] ?? limit, limit) === 0;
    }),
  );
  return full ? 'Guaranteed' : 'Burstable';
}
