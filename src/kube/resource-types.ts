import type { ResourceType } from './kube-api.js';
import type {
  ConfigMap,
  CoreEvent,
  KubeObject,
  Lease,
  Namespace,
  Node,
  Pod,
  RuntimeClass,
  Secret,
  Service,
  ServiceAccount,
} from './objects.js';

const define = <T extends KubeObject>(
  apiVersion: string,
  plural: string,
  kind: string,
  namespaced = true,
): ResourceType<T> => {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return { group, version, plural, kind, namespaced };
};

/** The kinds our own programs read and write by name. */
export const resources = {
  configMaps: define<ConfigMap>('v1', 'configmaps', 'ConfigMap'),
  events: define<CoreEvent>('v1', 'events', 'Event'),
  leases: define<Lease>('coordination.k8s.io/v1', 'leases', 'Lease'),
  namespaces: define<Namespace>('v1', 'namespaces', 'Namespace', false),
  nodes: define<Node>('v1', 'nodes', 'Node', false),
  pods: define<Pod>('v1', 'pods', 'Pod'),
  runtimeClasses: define<RuntimeClass>('node.k8s.io/v1', 'runtimeclasses', 'RuntimeClass', false),
  secrets: define<Secret>('v1', 'secrets', 'Secret'),
  serviceAccounts: define<ServiceAccount>('v1', 'serviceaccounts', 'ServiceAccount'),
  services: define<Service>('v1', 'services', 'Service'),
};
