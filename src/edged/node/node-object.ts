import type { Node, NodeCondition } from '../../kube/index.js';
import type { EdgedConfig } from '../edged-config.js';
import { timestamp } from '../status/container-status.js';
import type { Machine } from './machine.js';
import type { NodeFacts } from './node-facts.js';

export interface NodeInput {
  readonly config: EdgedConfig;
  readonly machine: Machine;
  readonly facts: NodeFacts;
  readonly port: number;
  readonly problem: string | undefined;
  readonly previous: readonly NodeCondition[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The Node object of this machine (facts kubelet-on-cri §8.1, §11). */
export function nodeObject(input: NodeInput): Node {
  const { config, machine, facts, port } = input;
  const { operatingSystem, architecture } = machine.info;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: config.nodeName,
      labels: {
        'beta.kubernetes.io/arch': architecture,
        'beta.kubernetes.io/os': operatingSystem,
        'kubernetes.io/arch': architecture,
        'kubernetes.io/os': operatingSystem,
        'kubernetes.io/hostname': config.nodeName,
        'node-role.kubernetes.io/edge': '',
        'node-role.kubernetes.io/agent': '',
        ...config.labels,
      },
      annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true', ...config.annotations },
    },
    spec: {
      ...(config.registerSchedulable ? {} : { unschedulable: true }),
      ...(config.taints.length > 0 ? { taints: config.taints.map((taint) => ({ ...taint })) } : {}),
    },
    status: {
      addresses: [
        ...facts.hostIps.map((address) => ({ type: 'InternalIP', address })),
        { type: 'Hostname', address: config.nodeName },
      ],
      capacity: { ...facts.capacity },
      allocatable: { ...facts.allocatable },
      conditions: conditions(input),
      daemonEndpoints: { kubeletEndpoint: { Port: config.kubeletPort ?? port } },
      nodeInfo: {
        ...machine.info,
        containerRuntimeVersion: `${facts.runtimeName}://${facts.runtimeVersion}`,
        kubeletVersion: config.kubeletVersion,
        kubeProxyVersion: '',
      },
    },
  };
}

function conditions({ problem, previous, now }: NodeInput): NodeCondition[] {
  const make = (type: string, status: 'True' | 'False', reason: string, message: string): NodeCondition => {
    const former = previous.find((item) => item.type === type);
    const at = timestamp(now);
    const lastTransitionTime = former?.status === status ? (former.lastTransitionTime ?? at) : at;
    return { type, status, reason, message, lastHeartbeatTime: at, lastTransitionTime };
  };
  return [
    make('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    make('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    make('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    problem === undefined
      ? make('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status')
      : make('Ready', 'False', 'KubeletNotReady', problem),
  ];
}
