import type { Node, Pod, Service } from '../../kube/index.js';
import { ageOf } from './age.js';
import { type Column, labelText, none, shown, wide } from './column.js';
import { summarisePod } from './pod-status.js';

const rolePrefix = 'node-role.kubernetes.io/';

export const podColumns: readonly Column<Pod>[] = [
  shown('Name', (pod) => pod.metadata?.name),
  shown('Ready', (pod, now) => summarisePod(pod, now).ready),
  shown('Status', (pod, now) => summarisePod(pod, now).status),
  shown('Restarts', (pod, now) => summarisePod(pod, now).restarts),
  shown('Age', (pod, now) => ageOf(pod.metadata?.creationTimestamp, now)),
  wide('IP', (pod) => pod.status?.podIP || none),
  wide('Node', (pod) => pod.spec?.nodeName || none),
  wide('Nominated Node', (pod) => pod.status?.nominatedNodeName || none),
  wide('Readiness Gates', readinessGates),
];

export const nodeColumns: readonly Column<Node>[] = [
  shown('Name', (node) => node.metadata?.name),
  shown('Status', nodeStatus),
  shown('Roles', nodeRoles),
  shown('Age', (node, now) => ageOf(node.metadata?.creationTimestamp, now)),
  shown('Version', (node) => node.status?.nodeInfo?.kubeletVersion ?? ''),
  wide('Internal-IP', (node) => addressOf(node, 'InternalIP')),
  wide('External-IP', (node) => addressOf(node, 'ExternalIP')),
  wide('OS-Image', (node) => node.status?.nodeInfo?.osImage || '<unknown>'),
  wide('Kernel-Version', kernelText),
  wide('Container-Runtime', (node) => node.status?.nodeInfo?.containerRuntimeVersion || '<unknown>'),
];

export const serviceColumns: readonly Column<Service>[] = [
  shown('Name', (service) => service.metadata?.name),
  shown('Type', (service) => service.spec?.type ?? ''),
  shown('Cluster-IP', (service) => service.spec?.clusterIP || none),
  shown('External-IP', externalText),
  shown('Port(s)', portText),
  shown('Age', (service, now) => ageOf(service.metadata?.creationTimestamp, now)),
  wide('Selector', (service) => labelText(service.spec?.selector)),
];

function readinessGates(pod: Pod): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return none;
  const met = gates.filter((gate) =>
    pod.status?.conditions?.some((each) => each.type === gate.conditionType && each.status === 'True'),
  );
  return `${met.length}/${gates.length}`;
}

function nodeStatus(node: Node): string {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready')?.status;
  const word = ready === 'True' ? 'Ready' : ready === undefined ? 'Unknown' : 'NotReady';
  return node.spec?.unschedulable ? `${word},SchedulingDisabled` : word;
}

function nodeRoles(node: Node): string {
  const labels = node.metadata?.labels ?? {};
  const roles = Object.entries(labels).flatMap(([key, value]) => {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) return [key.slice(rolePrefix.length)];
    return key === 'kubernetes.io/role' && value ? [value] : [];
  });
  return roles.length === 0 ? none : [...new Set(roles)].sort().join(',');
}

function addressOf(node: Node, type: string): string {
  return node.status?.addresses?.find((address) => address.type === type)?.address ?? none;
}

function kernelText(node: Node): string {
  const { kernelVersion, architecture } = node.status?.nodeInfo ?? {};
  if (!kernelVersion) return '<unknown>';
  return architecture ? `${kernelVersion} (${architecture})` : kernelVersion;
}

function externalText(service: Service): string {
  const given = service.spec?.externalIPs ?? [];
  const ingress = (service.status?.loadBalancer?.ingress ?? []).flatMap((each) => each.ip ?? each.hostname ?? []);
  if (service.spec?.type === 'ExternalName') return service.spec.externalName ?? none;
  const all = service.spec?.type === 'LoadBalancer' ? [...ingress, ...given] : given;
  if (all.length > 0) return all.join(',');
  return service.spec?.type === 'LoadBalancer' ? '<pending>' : none;
}

function portText(service: Service): string {
  const ports = service.spec?.ports ?? [];
  if (ports.length === 0) return none;
  return ports
    .map((port) => `${port.port}${port.nodePort ? `:${port.nodePort}` : ''}/${port.protocol ?? 'TCP'}`)
    .join(',');
}
