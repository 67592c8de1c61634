import type { ConfigMap, KubeObject, Lease, Namespace, RuntimeClass, Secret } from '../../kube/index.js';
import { ageOf } from './age.js';
import { type Column, listText, none, shown, wide } from './column.js';

interface StorageObject extends KubeObject {
  spec?: {
    accessModes?: string[];
    capacity?: Record<string, string>;
    claimRef?: { namespace?: string; name?: string };
    persistentVolumeReclaimPolicy?: string;
    storageClassName?: string;
    volumeAttributesClassName?: string;
    volumeMode?: string;
    volumeName?: string;
  };
  status?: { phase?: string; reason?: string; accessModes?: string[]; capacity?: Record<string, string> };
}

interface EndpointPort {
  name?: string;
  port?: number;
}

interface Endpoints extends KubeObject {
  subsets?: { addresses?: { ip: string }[]; ports?: EndpointPort[] }[];
}

interface EndpointSlice extends KubeObject {
  addressType?: string;
  ports?: EndpointPort[];
  endpoints?: { addresses?: string[] }[];
}

export const name: Column = shown('Name', (object) => object.metadata?.name);
export const age: Column = shown('Age', (object, now) => ageOf(object.metadata?.creationTimestamp, now));
export const createdAt: Column = shown('Created At', (object) => object.metadata?.creationTimestamp ?? '', 'date');

const count = (...maps: (object | undefined)[]) => maps.reduce((sum, map) => sum + Object.keys(map ?? {}).length, 0);

export const configMapColumns: readonly Column<ConfigMap>[] = [
  name,
  shown('Data', (config) => count(config.data, config.binaryData), 'integer'),
  age,
];

export const secretColumns: readonly Column<Secret>[] = [
  name,
  shown('Type', (secret) => secret.type ?? ''),
  shown('Data', (secret) => count(secret.data), 'integer'),
  age,
];

export const namespaceColumns: readonly Column<Namespace>[] = [
  name,
  shown('Status', (namespace) => namespace.status?.phase ?? ''),
  age,
];

export const leaseColumns: readonly Column<Lease>[] = [
  name,
  shown('Holder', (lease) => lease.spec?.holderIdentity ?? ''),
  age,
];

export const runtimeClassColumns: readonly Column<RuntimeClass>[] = [
  name,
  shown('Handler', (runtime) => runtime.handler),
  age,
];

export const priorityClassColumns: readonly Column<
  KubeObject & { value?: number; globalDefault?: boolean; preemptionPolicy?: string }
>[] = [
  name,
  shown('Value', (priority) => priority.value ?? 0, 'integer'),
  shown('Global-Default', (priority) => priority.globalDefault ?? false, 'boolean'),
  age,
  shown('PreemptionPolicy', (priority) => priority.preemptionPolicy ?? ''),
];

export const claimColumns: readonly Column<StorageObject>[] = [
  name,
  shown('Status', (claim) => (claim.metadata?.deletionTimestamp ? 'Terminating' : (claim.status?.phase ?? ''))),
  shown('Volume', (claim) => claim.spec?.volumeName ?? ''),
  shown('Capacity', (claim) => (claim.spec?.volumeName ? (claim.status?.capacity?.storage ?? '') : '')),
  shown('Access Modes', (claim) => modes(claim.spec?.volumeName ? claim.status?.accessModes : [])),
  shown('StorageClass', (claim) => claim.spec?.storageClassName ?? ''),
  shown('VolumeAttributesClass', (claim) => claim.spec?.volumeAttributesClassName || '<unset>'),
  age,
  wide('VolumeMode', (claim) => claim.spec?.volumeMode ?? '<unset>'),
];

export const volumeColumns: readonly Column<StorageObject>[] = [
  name,
  shown('Capacity', (volume) => volume.spec?.capacity?.storage ?? ''),
  shown('Access Modes', (volume) => modes(volume.spec?.accessModes)),
  shown('Reclaim Policy', (volume) => volume.spec?.persistentVolumeReclaimPolicy ?? ''),
  shown('Status', (volume) => (volume.metadata?.deletionTimestamp ? 'Terminating' : (volume.status?.phase ?? ''))),
  shown('Claim', ({ spec }) => (spec?.claimRef ? `${spec.claimRef.namespace}/${spec.claimRef.name}` : '')),
  shown('StorageClass', (volume) => volume.spec?.storageClassName ?? ''),
  shown('VolumeAttributesClass', (volume) => volume.spec?.volumeAttributesClassName || '<unset>'),
  shown('Reason', (volume) => volume.status?.reason ?? ''),
  age,
  wide('VolumeMode', (volume) => volume.spec?.volumeMode ?? '<unset>'),
];

export const endpointsColumns: readonly Column<Endpoints>[] = [name, shown('Endpoints', endpointsText), age];

export const endpointSliceColumns: readonly Column<EndpointSlice>[] = [
  name,
  shown('AddressType', (slice) => slice.addressType ?? ''),
  shown('Ports', (slice) => {
    const ports = (slice.ports ?? []).map((port) => String(port.port ?? '*'));
    return ports.length === 0 ? '<unset>' : listText(ports, 3);
  }),
  shown('Endpoints', ({ endpoints = [] }) => {
    const addresses = endpoints.flatMap((endpoint) => endpoint.addresses ?? []);
    return addresses.length === 0 ? '<unset>' : listText(addresses, 3);
  }),
  age,
];

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function modes(list: readonly string[] | undefined): string {
  return (list ?? []).map((mode) => shortModes[mode] ?? mode).join(',');
}

function endpointsText(endpoints: Endpoints): string {
  const all = (endpoints.subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map((address) => address.ip)
      : ports.flatMap((port) => addresses.map((address) => `${address.ip}:${port.port}`)),
  );
  return all.length === 0 ? none : listText(all, 3);
}
