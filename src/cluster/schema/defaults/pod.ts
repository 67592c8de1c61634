import type { Container, Pod, PodSpec, Volume } from '../../../kube/index.js';
import { fill, forEach } from './fill.js';

type Probe = NonNullable<Container['livenessProbe']>;

/** Facts kubernetes-api §9: a pod as the API server completes it, without what admission adds. Changes its argument. */
export function defaultPod(pod: Pod): void {
  const spec = pod.spec;
  if (!spec) return;
  defaultPodSpec(spec);
  fill(spec, { enableServiceLinks: true });
  if (spec.serviceAccountName !== undefined) spec.serviceAccount = spec.serviceAccountName;
  else if (spec.serviceAccount !== undefined) spec.serviceAccountName = spec.serviceAccount;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    requestLimits(container);
    if (spec.hostNetwork) forEach(container.ports, (port) => fill(port, { hostPort: port.containerPort }));
  }
  Object.assign(pod, { status: { phase: 'Pending', qosClass: qualityOfService(spec), ...pod.status } });
}

/** What every pod spec gets, in templates too. */
function defaultPodSpec(spec: PodSpec): void {
  fill(spec, {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  });
  forEach(spec.volumes, defaultVolume);
  forEach(spec.containers, defaultContainer);
  forEach(spec.initContainers, defaultContainer);
  forEach(spec.ephemeralContainers, (container) => defaultContainer(container as Container));
}

function defaultContainer(container: Container): void {
  fill(container, {
    imagePullPolicy: pullsAlways(container.image ?? '') ? 'Always' : 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  forEach(container.ports, (port) => fill(port, { protocol: 'TCP' }));
  forEach(container.env, (variable) => {
    if (variable.valueFrom?.fieldRef) fill(variable.valueFrom.fieldRef, { apiVersion: 'v1' });
  });
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
    if (probe) defaultProbe(probe);
  }
  for (const handler of [container.lifecycle?.postStart, container.lifecycle?.preStop]) {
    if (handler?.httpGet) fill(handler.httpGet, { path: '/', scheme: 'HTTP' });
  }
}

function defaultProbe(probe: Probe): void {
  fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  if (probe.httpGet) fill(probe.httpGet, { path: '/', scheme: 'HTTP' });
  if (probe.grpc) fill(probe.grpc, { service: '' });
}

/** A tag of latest, or none and no digest, can mean another image tomorrow. */
function pullsAlways(image: string): boolean {
  if (image.includes('@')) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest';
}

function defaultVolume(volume: Volume): void {
  if (Object.keys(volume).every((key) => key === 'name')) volume.emptyDir = {};
  if (volume.hostPath) fill(volume.hostPath, { type: '' });
  for (const source of [volume.secret, volume.configMap, volume.downwardAPI, volume.projected]) {
    if (source) fill(source, { defaultMode: 0o644 });
  }
  forEach(volume.downwardAPI?.items, (item) => item.fieldRef && fill(item.fieldRef, { apiVersion: 'v1' }));
  forEach(volume.projected?.sources, (source) => {
    if (source.serviceAccountToken) fill(source.serviceAccountToken, { expirationSeconds: 3600 });
    forEach(source.downwardAPI?.items, (item) => item.fieldRef && fill(item.fieldRef, { apiVersion: 'v1' }));
  });
}

function requestLimits(container: Container): void {
  const { resources } = container;
  if (resources?.limits) resources.requests = { ...resources.limits, ...resources.requests };
}

/** Guaranteed, Burstable or BestEffort, by the containers' cpu and memory alone. */
function qualityOfService(spec: PodSpec): string {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const amounts = containers.flatMap(({ resources }) =>
    ['cpu', 'memory'].map((name) => [resources?.requests?.[name], resources?.limits?.[name]] as const),
  );
  const set = (amount: string | undefined) => amount !== undefined && amount !== '0';
  if (!amounts.some(([request, limit]) => set(request) || set(limit))) return 'BestEffort';
  return amounts.every(([request, limit]) => set(limit) && request === limit) ? 'Guaranteed' : 'Burstable';
}
