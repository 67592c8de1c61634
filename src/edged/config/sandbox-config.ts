import { join } from 'node:path';
import { PodSandboxConfig, Protocol } from '../../proto/cri/v1/api.js';
import type { DesiredPod } from '../pod/desired-pod.js';
import { annotations, labels } from '../pod/well-known.js';
import { cpuQuota, cpuShares, milliUnits, podTotals, units } from './resources.js';
import { groupsPolicy, int64, namespaceOptions, supplementalGroups } from './security-context.js';

export interface SandboxInput {
  readonly attempt: number;
  readonly nodeName: string;
  readonly podLogsDirectory: string;
  readonly hostname: string;
  readonly dns: PodSandboxConfig['dnsConfig'];
  readonly cgroupParent: string;
}

/** The folder of a pod's logs (facts kubelet-on-cri §3). */
export const podLogFolder = (root: string, pod: { namespace: string; name: string; uid: string }) =>
  join(root, `${pod.namespace}_${pod.name}_${pod.uid}`);

/** The sandbox of a pod in CRI terms (facts kubelet-on-cri §3). */
export function sandboxConfig(desired: DesiredPod, input: SandboxInput): PodSandboxConfig {
  const { spec, pod, uid, name, namespace } = desired;
  const security = spec.securityContext ?? {};
  return PodSandboxConfig.fromPartial({
    metadata: { name, namespace, uid, attempt: input.attempt },
    hostname: spec.hostNetwork === true ? '' : input.hostname,
    logDirectory: podLogFolder(input.podLogsDirectory, desired),
    ...(input.dns ? { dnsConfig: input.dns } : {}),
    portMappings: portMappings(desired),
    labels: {
      ...pod.metadata?.labels,
      [labels.podName]: name,
      [labels.podNamespace]: namespace,
      [labels.podUid]: uid,
    },
    annotations: { ...pod.metadata?.annotations, [annotations.ownerNode]: input.nodeName },
    linux: {
      cgroupParent: input.cgroupParent,
      sysctls: Object.fromEntries((security.sysctls ?? []).map((item) => [item.name.replaceAll('/', '.'), item.value])),
      resources: totalResources(desired),
      ...(spec.overhead ? { overhead: overheadResources(spec.overhead) } : {}),
      securityContext: {
        privileged: spec.containers.some((container) => container.securityContext?.privileged === true),
        namespaceOptions: namespaceOptions(spec),
        ...(security.seLinuxOptions ? { selinuxOptions: security.seLinuxOptions } : {}),
        runAsUser: int64(security.runAsUser),
        runAsGroup: int64(security.runAsGroup),
        supplementalGroups: supplementalGroups(spec),
        supplementalGroupsPolicy: groupsPolicy(spec),
        // RuntimeDefault is the zero value of the profile type.
        seccomp: {},
      },
    },
  });
}

function portMappings({ spec }: DesiredPod) {
  const seen = new Set<string>();
  return spec.containers
    .flatMap((container) => container.ports ?? [])
    .filter(({ name }) => {
      if (name === undefined || name === '') return true;
      const fresh = !seen.has(name);
      seen.add(name);
      return fresh;
    })
    .map((port) => ({
      protocol: Protocol[port.protocol as keyof typeof Protocol] ?? Protocol.TCP,
      containerPort: port.containerPort,
      hostPort: port.hostPort ?? 0,
      hostIp: port.hostIP ?? '',
    }));
}

function totalResources({ spec }: DesiredPod) {
  const totals = podTotals(spec);
  return {
    cpuPeriod: 100_000n,
    cpuShares: cpuShares(totals.cpuRequest),
    cpuQuota: cpuQuota(totals.cpuLimit),
    memoryLimitInBytes: totals.memoryLimit,
  };
}

const overheadResources = ({ cpu, memory }: Record<string, string>) => ({
  ...(cpu ? { cpuPeriod: 100_000n, cpuShares: cpuShares(milliUnits(cpu)), cpuQuota: cpuQuota(milliUnits(cpu)) } : {}),
  ...(memory ? { memoryLimitInBytes: units(memory) } : {}),
});
