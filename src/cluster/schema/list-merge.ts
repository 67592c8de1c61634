import { type ObjectType, typeNamed, type ValueType } from './types.js';

export interface ListMerge {
  readonly key?: string;
  readonly retainKeys?: boolean;
  readonly set?: boolean;
  /** Keys for server-side apply where they are more than `key`. */
  readonly mapKeys?: readonly string[];
}

const byName: ListMerge = { key: 'name' };
const byType: ListMerge = { key: 'type' };
const byIp: ListMerge = { key: 'ip' };
const containerLists = {
  env: byName,
  ports: { key: 'containerPort', mapKeys: ['containerPort', 'protocol'] },
  volumeDevices: { key: 'devicePath' },
  volumeMounts: { key: 'mountPath' },
};

/** Facts kubernetes-api §7: lists not named here are replaced whole. */
const merges: Readonly<Record<string, Readonly<Record<string, ListMerge>>>> = {
  'core.v1.Container': containerLists,
  'core.v1.EphemeralContainerCommon': containerLists,
  'core.v1.EphemeralContainer': containerLists,
  'core.v1.NamespaceStatus': { conditions: byType },
  'core.v1.NodeSpec': { podCIDRs: { set: true } },
  'core.v1.NodeStatus': { addresses: byType, conditions: byType },
  'core.v1.ContainerStatus': { allocatedResourcesStatus: byName },
  'core.v1.PersistentVolumeClaimStatus': { conditions: byType },
  'core.v1.PodSpec': {
    containers: byName,
    ephemeralContainers: byName,
    hostAliases: byIp,
    imagePullSecrets: byName,
    initContainers: byName,
    resourceClaims: { key: 'name', retainKeys: true },
    schedulingGates: byName,
    topologySpreadConstraints: { key: 'topologyKey', mapKeys: ['topologyKey', 'whenUnsatisfiable'] },
    volumes: { key: 'name', retainKeys: true },
  },
  'core.v1.PodStatus': { conditions: byType, hostIPs: byIp, podIPs: byIp },
  'core.v1.ServiceAccount': { secrets: byName },
  'core.v1.ServiceSpec': { ports: { key: 'port', mapKeys: ['port', 'protocol'] } },
  'core.v1.ServiceStatus': { conditions: byType },
  'meta.v1.ObjectMeta': { finalizers: { set: true }, ownerReferences: { key: 'uid' } },
};

/** How the list `field` of a type merges; undefined when it is atomic. */
export function listMergeOf(typeName: string, field: string): ListMerge | undefined {
  return merges[typeName]?.[field];
}

/** The same by path from the top of an object: `spec`, `containers`, `env`. List indexes in the path are passed over. */
export function listMergeAt(top: ObjectType, path: readonly string[]): ListMerge | undefined {
  let type: ValueType = { kind: 'object', name: top.name };
  let found: ListMerge | undefined;
  for (const segment of path) {
    if (type.kind === 'list') {
      type = type.items;
      if (/^\d+$/.test(segment)) continue;
    }
    if (type.kind === 'map') {
      type = type.items;
      found = undefined;
      continue;
    }
    if (type.kind !== 'object') return undefined;
    const field = typeNamed(type.name).properties.get(segment);
    if (!field) return undefined;
    found = listMergeOf(type.name, segment);
    type = field.type;
  }
  return type.kind === 'list' ? found : undefined;
}
