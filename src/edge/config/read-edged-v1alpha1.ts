import { EdgeError } from '../../lib/index.js';
import type { Machine } from './machine.js';
import {
  defaultEndpoint,
  type EdgedPart,
  kubeletVersion,
  readCgroupDriver,
  readIdentity,
  readTaints,
} from './read-edged.js';
import type { Section } from './section.js';

/** `modules.edged` of v1alpha1, each key to what it means today (facts keadm-and-config §3.4). */
export function readEdgedV1alpha1(section: Section, machine: Machine, warnings: string[]): EdgedPart {
  section.known(...ignored);
  // The generation's default was docker, so a file that is silent meant it.
  const runtimeType = section.text('runtimeType', 'docker');
  if (runtimeType !== 'remote') {
    throw new EdgeError(
      'unsupported',
      `${section.path}.runtimeType ${JSON.stringify(runtimeType)} is not supported yet; set it to remote, with ${section.path}.remoteRuntimeEndpoint the socket of a CRI runtime`,
    );
  }
  const endpoint = section.text('remoteRuntimeEndpoint', '') || defaultEndpoint;
  const imageEndpoint = section.text('remoteImageEndpoint', '');
  const cgroupRoot = section.text('cgroupRoot', '');
  const interfaceName = section.has('interfaceName') && !section.has('customInterfaceName');
  if (interfaceName) warnings.push(`${section.path}.interfaceName is not heeded; use customInterfaceName`);
  return {
    reportEvents: false,
    runtime: {
      endpoint,
      ...(imageEndpoint && imageEndpoint !== endpoint ? { imageEndpoint } : {}),
      // Written down as seconds and always used as minutes.
      requestTimeoutMs: section.integer('runtimeRequestTimeout', 2, { min: 1 }) * 60_000,
    },
    edged: {
      ...readIdentity(section, machine),
      rootDirectory: '/var/lib/edged',
      podLogsDirectory: '/var/log/pods',
      maxPods: 110,
      clusterDns: section
        .text('clusterDNS', '')
        .split(',')
        .map((address) => address.trim())
        .filter((address) => address !== ''),
      clusterDomain: section.text('clusterDomain', ''),
      resolvConf: '/etc/resolv.conf',
      cgroupDriver: readCgroupDriver(section),
      ...(cgroupRoot ? { cgroupRoot } : {}),
      labels: section.textMap('labels'),
      annotations: section.textMap('annotations'),
      taints: readTaints(section, 'taints'),
      registerNode: section.flag('registerNode', true),
      registerSchedulable: true,
      statusIntervalMs: section.integer('nodeStatusUpdateFrequency', 10, { min: 1 }) * 1000,
      statusReportIntervalMs: 300_000,
      leaseDurationSeconds: 40,
      kubeletVersion,
      address: '127.0.0.1',
      port: 10_350,
    },
  };
}

const ignored =
  'enable dockerAddress edgedMemoryCapacity podSandboxImage imagePullProgressDeadline registerNodeNamespace interfaceName concurrentConsumers devicePluginEnabled gpuPluginEnabled imageGCHighThreshold imageGCLowThreshold maximumDeadContainersPerPod networkPluginName cniConfDir cniBinDir cniCacheDirs networkPluginMTU cgroupsPerQOS edgeCoreCgroups systemCgroups volumeStatsAggPeriod enableMetrics'.split(
    ' ',
  );
