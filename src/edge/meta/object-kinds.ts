import { isPlainObject } from './json.js';

/** A wire resource type with the Kubernetes kind behind it. */
interface WireKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** The types whose kind a cloud may leave out (facts cloudhub-wire §3.2, ObjectResp). */
const wireKinds: Readonly<Record<string, WireKind>> = {
  pod: { apiVersion: 'v1', kind: 'Pod' },
  node: { apiVersion: 'v1', kind: 'Node' },
  configmap: { apiVersion: 'v1', kind: 'ConfigMap' },
  secret: { apiVersion: 'v1', kind: 'Secret' },
  lease: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
  runtimeclass: { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass' },
  persistentvolume: { apiVersion: 'v1', kind: 'PersistentVolume' },
  persistentvolumeclaim: { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  volumeattachment: { apiVersion: 'storage.k8s.io/v1', kind: 'VolumeAttachment' },
};

/** A Kubernetes object as the store keeps it. */
export type StoredObject = Record<string, unknown> & {
  metadata: Record<string, unknown> & { name: string; namespace?: string; uid?: string; resourceVersion?: string };
};

/** `value` as a named object with its kind filled in; undefined when it is none. */
export function objectOf(type: string, value: unknown): StoredObject | undefined {
  if (!isPlainObject(value) || !isPlainObject(value.metadata)) return undefined;
  if (typeof value.metadata.name !== 'string' || value.metadata.name === '') return undefined;
  for (const field of ['namespace', 'uid', 'resourceVersion']) {
    const present = value.metadata[field];
    if (present !== undefined && present !== null && typeof present !== 'string') return undefined;
  }
  return { ...wireKinds[type], ...value } as unknown as StoredObject;
}

/** The row of `meta_v2` an object has, undefined without a kind (facts cloudhub-wire §6.1). */
export function metaV2Row(object: StoredObject) {
  const { apiVersion, kind, metadata } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || kind === '') return undefined;
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const plural = pluralOf(kind);
  const namespace = metadata.namespace ?? '';
  return {
    key: `/${group || 'core'}/${version}/${plural}/${namespace || 'null'}/${metadata.name}`,
    groupVersionResource: `${group}/${version}, Resource=${plural}`,
    namespace,
    name: metadata.name,
    resourceVersion: versionOf(object) ?? 0n,
  };
}

/** The object's version as a number; undefined when it is not one SQLite can hold. */
export function versionOf(object: StoredObject): bigint | undefined {
  const text = object.metadata.resourceVersion ?? '';
  if (!/^\d{1,19}$/.test(text)) return undefined;
  const version = BigInt(text);
  return version < 1n << 63n ? version : undefined;
}

function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name === 'endpoints') return name;
  if (name.endsWith('s')) return `${name}es`;
  return name.endsWith('y') ? `${name.slice(0, -1)}ies` : `${name}s`;
}
