import type { Container, PodSpec } from '../../kube/index.js';
import { parseQuantity } from '../../lib/index.js';
import { LinuxContainerResources } from '../../proto/cri/v1/api.js';
import type { QosClass } from './qos.js';

const nano = 1_000_000_000n;
const period = 100_000n;

/** Whole units of a quantity, rounded up. */
export const units = (quantity: string) => (parseQuantity(quantity) + nano - 1n) / nano;
/** Thousandths of a quantity, rounded up. */
export const milliUnits = (quantity: string) => (parseQuantity(quantity) + nano / 1000n - 1n) / (nano / 1000n);

const clamp = (value: bigint, low: bigint, high: bigint) => (value < low ? low : value > high ? high : value);

/** Relative cpu weight of a request (facts kubelet-on-cri §4.4). */
export const cpuShares = (milli: bigint) => clamp((milli * 1024n) / 1000n, 2n, 262_144n);
/** Microseconds per 100 ms, 0 for no limit. */
export const cpuQuota = (milli: bigint) => (milli === 0n ? 0n : clamp((milli * period) / 1000n, 1000n, milli * period));

const largest = (values: readonly bigint[]) => [...values].sort((a, b) => (a < b ? 1 : -1))[0] ?? 0n;

export interface NodeLimits {
  readonly memoryBytes: bigint;
  /** The lowest score the runtime may set on this machine; a process without CAP_SYS_RESOURCE cannot lower its own. */
  readonly lowestOomScoreAdj: bigint;
}

/** CRI resources of one container (facts kubelet-on-cri §4.4). */
export function containerResources(
  container: Container,
  pod: { qos: QosClass; priorityClassName?: string | undefined },
  node: NodeLimits,
): LinuxContainerResources {
  const { limits = {}, requests = {} } = container.resources ?? {};
  const cpuLimit = limits.cpu ? milliUnits(limits.cpu) : 0n;
  const cpuRequest = requests.cpu ? milliUnits(requests.cpu) : cpuLimit;
  const memoryLimit = limits.memory ? units(limits.memory) : 0n;
  return LinuxContainerResources.fromPartial({
    cpuPeriod: period,
    cpuQuota: cpuQuota(cpuLimit),
    cpuShares: cpuShares(cpuRequest),
    memoryLimitInBytes: memoryLimit,
    memorySwapLimitInBytes: memoryLimit,
    oomScoreAdj: oomScoreAdj(requests.memory ? units(requests.memory) : memoryLimit, pod, node),
  });
}

function oomScoreAdj(
  memoryRequest: bigint,
  pod: { qos: QosClass; priorityClassName?: string | undefined },
  node: NodeLimits,
): bigint {
  let score = 1000n;
  if (pod.qos === 'Guaranteed' || pod.priorityClassName === 'system-node-critical') score = -997n;
  else if (pod.qos === 'Burstable') score = clamp(1000n - (1000n * memoryRequest) / node.memoryBytes, 3n, 999n);
  return score < node.lowestOomScoreAdj ? node.lowestOomScoreAdj : score;
}

/** What all containers of a pod ask for together, init containers counting as the largest of them. */
export function podTotals(spec: PodSpec): {
  cpuRequest: bigint;
  memoryRequest: bigint;
  /** Zero when a container has no such limit: then the pod has none. */
  cpuLimit: bigint;
  memoryLimit: bigint;
} {
  const read = (container: Container, kind: 'limits' | 'requests', name: 'cpu' | 'memory') => {
    const quantity =
      container.resources?.[kind]?.[name] ?? (kind === 'requests' ? container.resources?.limits?.[name] : undefined);
    if (quantity === undefined) return 0n;
    return name === 'cpu' ? milliUnits(quantity) : units(quantity);
  };
  const total = (kind: 'limits' | 'requests', name: 'cpu' | 'memory') => {
    const regular = spec.containers.map((container) => read(container, kind, name));
    const init = (spec.initContainers ?? []).map((container) => read(container, kind, name));
    if (kind === 'limits' && [...regular, ...init].includes(0n)) return 0n;
    const sum = regular.reduce((a, b) => a + b, 0n);
    return largest([sum, ...init]);
  };
  return {
    cpuRequest: total('requests', 'cpu'),
    memoryRequest: total('requests', 'memory'),
    cpuLimit: total('limits', 'cpu'),
    memoryLimit: total('limits', 'memory'),
  };
}
