import type { KubeObject, Namespace, Node, Pod, Secret, Service } from '../../../kube/index.js';
import { fill, forEach } from './fill.js';
import { defaultPod } from './pod.js';
import { defaultService } from './service.js';

type Loose = KubeObject & { [field: string]: unknown };
type Spec = Record<string, unknown>;

/** The defaults of one type, keyed by its name. Each changes its argument, twice gives the same as once. */
const defaulters: Readonly<Record<string, (object: never) => void>> = {
  'apiextensions.v1.CustomResourceDefinition': defaultDefinition,
  'core.v1.Namespace': defaultNamespace,
  'core.v1.Node': (node: Node) => {
    if (node.status?.capacity) fill(node.status, { allocatable: { ...node.status.capacity } });
  },
  'core.v1.Endpoints': (endpoints: { subsets?: { ports?: { protocol?: string }[] }[] }) =>
    forEach(endpoints.subsets, (subset) => forEach(subset.ports, (port) => fill(port, { protocol: 'TCP' }))),
  'core.v1.PersistentVolume': (volume: Loose) => {
    fill(specOf(volume), { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' });
    fill(statusOf(volume), { phase: 'Pending' });
  },
  'core.v1.PersistentVolumeClaim': (claim: Loose) => {
    fill(specOf(claim), { volumeMode: 'Filesystem' });
    fill(statusOf(claim), { phase: 'Pending' });
  },
  'core.v1.Pod': (pod: Pod) => defaultPod(pod),
  'core.v1.Secret': defaultSecret,
  'core.v1.Service': (service: Service) => defaultService(service),
  'discovery.v1.EndpointSlice': (slice: { ports?: { name?: string; protocol?: string }[] }) =>
    forEach(slice.ports, (port) => fill(port, { name: '', protocol: 'TCP' })),
  'scheduling.v1.PriorityClass': (priority: { preemptionPolicy?: string }) =>
    fill(priority, { preemptionPolicy: 'PreemptLowerPriority' }),
};

/** Fills the defaults of facts kubernetes-api §9 into an object of a built-in type. Changes its argument. */
export function applyDefaults(object: KubeObject, typeName: string): void {
  defaulters[typeName]?.(object as never);
}

function specOf(object: Loose): Spec {
  object.spec ??= {};
  return object.spec as Spec;
}

function statusOf(object: Loose): Spec {
  object.status ??= {};
  return object.status as Spec;
}

function defaultNamespace(namespace: Namespace): void {
  const { metadata } = namespace;
  if (metadata?.name) metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
  namespace.spec ??= {};
  // While it is deleted an absent list means that everything has been finalized.
  if (metadata?.deletionTimestamp === undefined) fill(namespace.spec, { finalizers: ['kubernetes'] });
  namespace.status ??= {};
  fill(namespace.status, { phase: 'Active' });
}

/** `stringData` is for writing only: it lands in `data` and wins over it. */
function defaultSecret(secret: Secret): void {
  fill(secret, { type: 'Opaque' });
  const texts = Object.entries(secret.stringData ?? {});
  if (texts.length > 0) {
    const encoded = texts.map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
    secret.data = { ...secret.data, ...Object.fromEntries(encoded) };
  }
  delete secret.stringData;
}

function defaultDefinition(definition: Loose): void {
  const spec = specOf(definition);
  fill(spec, { conversion: { strategy: 'None' } });
  const names = spec.names as { kind?: string; singular?: string; listKind?: string } | undefined;
  if (names?.kind) fill(names, { singular: names.kind.toLowerCase(), listKind: `${names.kind}List` });
  const versions = spec.versions as { name?: string; storage?: boolean }[] | undefined;
  const storage = versions?.find((version) => version.storage)?.name;
  const status = statusOf(definition);
  if (storage && !(status.storedVersions as string[] | undefined)?.includes(storage)) {
    status.storedVersions = [...((status.storedVersions as string[] | undefined) ?? []), storage];
  }
}
