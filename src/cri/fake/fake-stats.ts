import { EdgeError } from '../../lib/index.js';
import { ContainerStats, PodSandboxStats } from '../../proto/cri/v1/api.js';
import type { Runtime } from '../runtime.js';
import { containerMatches, type FakeContainer, type FakeWorld, isRunning, sandboxMatches } from './fake-world.js';

type StatsVerbs = Pick<Runtime, 'containerStats' | 'listContainerStats' | 'podSandboxStats' | 'listPodSandboxStats'>;

/** What a container is said to use: core nanoseconds since its start, and bytes of working set. */
export interface FakeUsage {
  readonly cpuNanoseconds: bigint;
  readonly memoryBytes: bigint;
}

export function fakeStatsVerbs(world: FakeWorld, usage: ReadonlyMap<string, FakeUsage>, now: () => bigint): StatsVerbs {
  const used = (cpuNanoseconds: bigint, memoryBytes: bigint) => ({
    cpu: { timestamp: now(), usageCoreNanoSeconds: { value: cpuNanoseconds } },
    memory: { timestamp: now(), workingSetBytes: { value: memoryBytes }, usageBytes: { value: memoryBytes } },
  });
  const of = (container: FakeContainer) => {
    const { cpuNanoseconds = 0n, memoryBytes = 0n } = usage.get(container.id) ?? {};
    const { metadata, labels, annotations } = container.config;
    return ContainerStats.fromPartial({
      attributes: { id: container.id, ...(metadata && { metadata }), labels, annotations },
      ...used(cpuNanoseconds, memoryBytes),
    });
  };
  const ofSandbox = (id: string) => {
    const config = world.sandboxes.get(id)?.config;
    if (!config) throw new EdgeError('not-found', `sandbox "${id}": not found`);
    const members = [...world.containers.values()].filter((one) => one.sandboxId === id && isRunning(one));
    const sum = (part: keyof FakeUsage) =>
      members.reduce((total, one) => total + (usage.get(one.id)?.[part] ?? 0n), 0n);
    const { metadata, labels, annotations } = config;
    return PodSandboxStats.fromPartial({
      attributes: { id, ...(metadata && { metadata }), labels, annotations },
      linux: { ...used(sum('cpuNanoseconds'), sum('memoryBytes')), containers: members.map(of) },
    });
  };

  return {
    async containerStats(id) {
      const container = world.containers.get(id);
      if (!container) throw new EdgeError('not-found', `container "${id}": not found`);
      return of(container);
    },
    async listContainerStats(filter) {
      const wanted = filter && { ...filter, state: undefined };
      return [...world.containers.values()].filter((one) => isRunning(one) && containerMatches(wanted, one)).map(of);
    },
    podSandboxStats: async (id) => ofSandbox(id),
    async listPodSandboxStats(filter) {
      const wanted = filter && { ...filter, state: undefined };
      return [...world.sandboxes.values()].filter((one) => sandboxMatches(wanted, one)).map(({ id }) => ofSandbox(id));
    },
  };
}
