import type { Container, Pod } from '../../kube/index.js';
import { parseQuantity } from '../../lib/index.js';

/** Amounts by resource name, in nano-units of `parseQuantity`. */
export type Amounts = ReadonlyMap<string, bigint>;

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** What a pod takes from a node. */
export interface PodUse {
  readonly uid: string;
  readonly priority: number;
  readonly request: Amounts;
  /** Amounts for the scores, where a container without a request counts as a small one (facts kubernetes-api §16). */
  readonly scored: { readonly cpu: bigint; readonly memory: bigint };
  readonly ports: readonly HostPort[];
}

const presumed = { cpu: parseQuantity('100m'), memory: parseQuantity('200Mi') };

/** Computes a pod's use. A quantity that is none throws `invalid`. */
export function podUse(pod: Pod): PodUse {
  return {
    uid: pod.metadata?.uid ?? '',
    priority: pod.spec?.priority ?? 0,
    request: podRequest(pod, () => undefined),
    scored: {
      cpu: podRequest(pod, (name) => (name === 'cpu' ? presumed.cpu : undefined)).get('cpu') ?? 0n,
      memory: podRequest(pod, (name) => (name === 'memory' ? presumed.memory : undefined)).get('memory') ?? 0n,
    },
    ports: hostPorts(pod),
  };
}

const isSidecar = (container: Container) => container.restartPolicy === 'Always';

/**
 * The larger of what runs in the end (containers and sidecars) and of each init container beside the
 * sidecars started before it, plus the overhead. `presume` fills in for a container without a request.
 */
function podRequest(pod: Pod, presume: (name: string) => bigint | undefined): Amounts {
  const { containers = [], initContainers = [], overhead } = pod.spec ?? {};
  const sidecars = new Map<string, bigint>();
  const peak = new Map<string, bigint>();
  for (const container of initContainers) {
    const own = containerRequest(container, presume);
    if (isSidecar(container)) add(sidecars, own);
    raise(peak, isSidecar(container) ? sidecars : sum(sidecars, own));
  }
  const running = new Map(sidecars);
  for (const container of containers) add(running, containerRequest(container, presume));
  raise(peak, running);
  add(peak, amounts(overhead));
  return peak;
}

function containerRequest(container: Container, presume: (name: string) => bigint | undefined): Amounts {
  const request = new Map(amounts(container.resources?.requests));
  for (const name of ['cpu', 'memory']) {
    const small = presume(name);
    if (small !== undefined && !request.has(name)) request.set(name, small);
  }
  return request;
}

/** A resource list of an object as amounts. */
export function amounts(list: Readonly<Record<string, unknown>> | undefined): Amounts {
  return new Map(Object.entries(list ?? {}).map(([name, value]) => [name, parseQuantity(value as string)]));
}

export function add(to: Map<string, bigint>, more: Amounts): void {
  for (const [name, amount] of more) to.set(name, (to.get(name) ?? 0n) + amount);
}

export function subtract(from: Map<string, bigint>, less: Amounts): void {
  for (const [name, amount] of less) from.set(name, (from.get(name) ?? 0n) - amount);
}

function sum(a: Amounts, b: Amounts): Amounts {
  const total = new Map(a);
  add(total, b);
  return total;
}

function raise(to: Map<string, bigint>, other: Amounts): void {
  for (const [name, amount] of other) if (amount > (to.get(name) ?? -1n)) to.set(name, amount);
}

function hostPorts(pod: Pod): HostPort[] {
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  return [...containers, ...initContainers.filter(isSidecar)]
    .flatMap((container) => container.ports ?? [])
    .filter(({ hostPort }) => (hostPort ?? 0) > 0)
    .map(({ hostIP, protocol, hostPort }) => ({
      ip: hostIP || '0.0.0.0',
      protocol: protocol || 'TCP',
      port: hostPort ?? 0,
    }));
}

/** Two pods cannot hold the same port of one protocol unless each named another address. */
export function portsClash(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0');
}
