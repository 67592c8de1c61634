import { readFile } from 'node:fs/promises';
import type { Runtime } from '../../cri/index.js';
import { formatQuantity } from '../../lib/index.js';
import type { EdgedConfig } from '../edged-config.js';
import { findNodeIp, type Machine, mayLowerOomScore } from './machine.js';
import type { NodeFacts } from './node-facts.js';

const nano = 1_000_000_000n;
// The hard eviction thresholds stay unpromised (facts kubelet-on-cri §8.2).
const memoryReserve = 100n * 1024n * 1024n;

/** Learns what pods need to know of the node. Throws `unavailable` while the runtime does not answer. */
export async function gatherFacts(
  config: EdgedConfig,
  runtime: Runtime,
  machine: Machine,
  signal: AbortSignal,
): Promise<NodeFacts> {
  const version = await runtime.version({ signal });
  const asked = config.cgroupDriver === 'systemd' ? undefined : await runtime.cgroupDriver({ signal });
  const bytes = (value: bigint) => formatQuantity((value / 1024n) * 1024n * nano, 'binary');
  const capacity = {
    cpu: String(machine.cpus),
    memory: bytes(machine.memoryBytes),
    'ephemeral-storage': bytes(machine.diskBytes),
    pods: String(config.maxPods),
  };
  const score = (await readFile('/proc/self/oom_score_adj', 'utf8')).trim();
  return {
    hostIps: [config.nodeIp ?? (await findNodeIp())],
    memoryBytes: machine.memoryBytes,
    cpus: machine.cpus,
    capacity,
    allocatable: {
      ...capacity,
      memory: bytes(machine.memoryBytes - memoryReserve),
      'ephemeral-storage': bytes((machine.diskBytes * 9n) / 10n),
    },
    // The runtime's own answer wins over the configuration (facts kubelet-on-cri §1).
    cgroupDriver: asked ?? (config.cgroupDriver === 'systemd' ? 'systemd' : 'cgroupfs'),
    lowestOomScoreAdj: (await mayLowerOomScore()) ? -1000n : BigInt(score || '0'),
    runtimeName: version.runtimeName,
    runtimeVersion: version.runtimeVersion,
  };
}
