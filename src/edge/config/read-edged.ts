import { isIP } from 'node:net';
import type { EdgedConfig } from '../../edged/index.js';
import { EdgeError } from '../../lib/index.js';
import type { EdgeConfig } from './edge-config.js';
import type { Machine } from './machine.js';
import type { Section } from './section.js';

export type EdgedPart = Pick<EdgeConfig, 'edged' | 'runtime' | 'reportEvents'>;
type Taint = EdgedConfig['taints'][number];

/** What `kubectl get nodes` shows; tools split it at the dashes (facts keadm-and-config §7). */
const kubeletVersion = 'v1.32.10-kubeedge-v0.1.0+skerry';
export const defaultEndpoint = 'unix:///run/containerd/containerd.sock';

/** `modules.edged` of v1alpha2 (facts keadm-and-config §3.2, §3.3). */
export function readEdged(section: Section, machine: Machine, warnings: string[]): EdgedPart {
  const kubelet = section.section('tailoredKubeletConfig');
  section.known(...ignoredInEdged);
  kubelet.known(...ignoredInKubelet);
  if (kubelet.has('staticPodPath')) {
    warnings.push(`${kubelet.path}.staticPodPath is not supported yet: static pods are not run`);
  }
  const endpoint =
    kubelet.text('containerRuntimeEndpoint', '') || section.text('remoteRuntimeEndpoint', '') || defaultEndpoint;
  const imageEndpoint = kubelet.text('imageServiceEndpoint', '') || section.text('remoteImageEndpoint', '');
  section.known('remoteRuntimeEndpoint', 'remoteImageEndpoint');
  const cgroupRoot = kubelet.text('cgroupRoot', '');
  return {
    reportEvents: section.flag('reportEvent', false),
    runtime: {
      endpoint,
      ...(imageEndpoint && imageEndpoint !== endpoint ? { imageEndpoint } : {}),
      requestTimeoutMs: kubelet.duration('runtimeRequestTimeout', 120_000),
    },
    edged: {
      ...readIdentity(section, machine),
      rootDirectory: section.text('rootDirectory', '/var/lib/kubelet'),
      podLogsDirectory: kubelet.text('podLogsDir', '/var/log/pods'),
      maxPods: kubelet.integer('maxPods', 110),
      clusterDns: kubelet.texts('clusterDNS'),
      clusterDomain: kubelet.text('clusterDomain', 'cluster.local'),
      resolvConf: kubelet.text('resolvConf', '/etc/resolv.conf'),
      cgroupDriver: readCgroupDriver(kubelet),
      ...(cgroupRoot ? { cgroupRoot } : {}),
      labels: section.textMap('nodeLabels'),
      annotations: {},
      taints: readTaints(kubelet, 'registerWithTaints'),
      registerNode: kubelet.flag('registerNode', true),
      registerSchedulable: section.flag('registerSchedulable', true),
      statusIntervalMs: kubelet.duration('nodeStatusUpdateFrequency', 10_000),
      statusReportIntervalMs: kubelet.duration('nodeStatusReportFrequency', 300_000),
      leaseDurationSeconds: kubelet.integer('nodeLeaseDurationSeconds', 40, { min: 1 }),
      kubeletVersion,
      address: kubelet.text('address', '127.0.0.1'),
      port: kubelet.integer('readOnlyPort', 10350, { min: 0, max: 65_535 }),
    },
  };
}

/** Node name and address. The name must be one Kubernetes takes: it is a label value and part of URLs. */
export function readIdentity(section: Section, machine: Machine): { nodeName: string; nodeIp?: string } {
  const nodeName = section.text('hostnameOverride', '') || machine.hostname.toLowerCase();
  if (!/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(nodeName)) {
    throw new EdgeError(
      'invalid',
      `${section.path}.hostnameOverride must be lower-case letters, digits, '-' and '.', not ${JSON.stringify(nodeName)}`,
    );
  }
  const interfaceName = section.text('customInterfaceName', '');
  const configured = section.text('nodeIP', '');
  const nodeIp = interfaceName ? machine.addressOf(interfaceName) : configured;
  if (interfaceName && !nodeIp) {
    throw new EdgeError('invalid', `${section.path}.customInterfaceName: ${interfaceName} has no IPv4 address`);
  }
  if (nodeIp && isIP(nodeIp) === 0) {
    throw new EdgeError('invalid', `${section.path}.nodeIP must be an IP address, not ${JSON.stringify(nodeIp)}`);
  }
  return { nodeName, ...(nodeIp ? { nodeIp } : {}) };
}

export function readCgroupDriver(section: Section): EdgedConfig['cgroupDriver'] {
  const driver = section.text('cgroupDriver', 'auto');
  if (driver !== 'systemd' && driver !== 'cgroupfs' && driver !== 'auto') {
    throw new EdgeError(
      'invalid',
      `${section.path}.cgroupDriver must be cgroupfs, systemd or auto, not ${JSON.stringify(driver)}`,
    );
  }
  return driver;
}

export function readTaints(section: Section, key: string): Taint[] {
  return section.items(key).map((item) => {
    item.known('timeAdded');
    const taint = { key: item.text('key', ''), value: item.text('value', ''), effect: item.text('effect', '') };
    if (taint.key === '' || !['NoSchedule', 'PreferNoSchedule', 'NoExecute'].includes(taint.effect)) {
      throw new EdgeError(
        'invalid',
        `${item.path} needs a key and an effect of NoSchedule, PreferNoSchedule or NoExecute`,
      );
    }
    return taint.value === '' ? { key: taint.key, effect: taint.effect } : taint;
  });
}

export { kubeletVersion };

/** Keys KubeEdge has that this edgecore reads past. */
const ignoredInEdged =
  'enable podSandboxImage runtimeCgroups windowsService windowsPriorityClass experimentalMounterPath minimumGCAge experimentalNodeAllocatableIgnoreEvictionThreshold maxPerPodContainerCount maxContainerCount seccompDefault registerNodeNamespace containerRuntime registerNode registerWithTaints masterServiceNamespace keepTerminatedPodVolumes'.split(
    ' ',
  );
const ignoredInKubelet =
  'apiVersion kind staticPodPath cgroupsPerQOS podPidsLimit syncFrequency fileCheckFrequency streamingConnectionIdleTimeout nodeStatusMaxImages imageMinimumGCAge imageMaximumGCAge imageGCHighThresholdPercent imageGCLowThresholdPercent volumeStatsAggPeriod registryPullQPS registryBurst eventRecordQPS eventBurst serializeImagePulls cpuManagerPolicy cpuManagerReconcilePeriod memoryManagerPolicy topologyManagerPolicy topologyManagerScope cpuCFSQuota cpuCFSQuotaPeriod hairpinMode maxOpenFiles contentType evictionHard evictionPressureTransitionPeriod enableControllerAttachDetach makeIPTablesUtilChains iptablesMasqueradeBit iptablesDropBit failSwapOn failCgroupV1 containerLogMaxSize containerLogMaxFiles containerLogMaxWorkers containerLogMonitorInterval configMapAndSecretChangeDetectionStrategy enforceNodeAllocatable volumePluginDir oomScoreAdj memoryThrottlingFactor seccompDefault localStorageCapacityIsolation enableDebuggingHandlers enableSystemLogHandler enableProfilingHandler enableDebugFlagsHandler shutdownGracePeriod shutdownGracePeriodCriticalPods logging podCIDR kubeletCgroups systemCgroups memorySwap systemReserved kubeReserved featureGates crashLoopBackOff'.split(
    ' ',
  );
