import type { Kind, Subresource } from '../kind.js';

/** What one line of the table may say; the rest follows from the defaults in `kindOf`. */
interface Row {
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly plural: string;
  readonly cluster?: true;
  readonly short?: readonly string[];
  readonly categories?: readonly string[];
  readonly without?: readonly string[];
  readonly sub?: readonly Subresource[];
  readonly storage?: string;
  readonly generation?: true;
  readonly strictUpdate?: true;
  readonly putCreates?: true;
  readonly deleteReturnsObject?: true;
}

const storedVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

const status: Subresource = { name: 'status', verbs: ['get', 'patch', 'update'] };
const log: Subresource = { name: 'log', verbs: ['get'] };
const binding: Subresource = {
  name: 'binding',
  verbs: ['create'],
  responseKind: { group: '', version: 'v1', kind: 'Binding' },
};
const eviction: Subresource = {
  name: 'eviction',
  verbs: ['create'],
  responseKind: { group: 'policy', version: 'v1', kind: 'Eviction' },
};
const token: Subresource = {
  name: 'token',
  verbs: ['create'],
  responseKind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
};
const finalize: Subresource = { name: 'finalize', verbs: ['update'] };

/** Facts kubernetes-api §2 (names, verbs, subresources), §3 (update and delete), §6 (generation). One line adds a kind. */
const rows: readonly Row[] = [
  { kind: 'ConfigMap', plural: 'configmaps', short: ['cm'] },
  { kind: 'Endpoints', plural: 'endpoints', short: ['ep'], putCreates: true },
  { kind: 'Event', plural: 'events', short: ['ev'], putCreates: true },
  {
    kind: 'Namespace',
    plural: 'namespaces',
    cluster: true,
    short: ['ns'],
    without: ['deletecollection'],
    sub: [finalize, status],
    deleteReturnsObject: true,
  },
  { kind: 'Node', plural: 'nodes', cluster: true, short: ['no'], sub: [status] },
  {
    kind: 'PersistentVolumeClaim',
    plural: 'persistentvolumeclaims',
    short: ['pvc'],
    sub: [status],
    deleteReturnsObject: true,
  },
  {
    kind: 'PersistentVolume',
    plural: 'persistentvolumes',
    cluster: true,
    short: ['pv'],
    sub: [status],
    deleteReturnsObject: true,
  },
  {
    kind: 'Pod',
    plural: 'pods',
    short: ['po'],
    categories: ['all'],
    sub: [binding, eviction, log, status],
    generation: true,
    deleteReturnsObject: true,
  },
  { kind: 'Secret', plural: 'secrets' },
  { kind: 'ServiceAccount', plural: 'serviceaccounts', short: ['sa'], sub: [token], deleteReturnsObject: true },
  {
    kind: 'Service',
    plural: 'services',
    short: ['svc'],
    categories: ['all'],
    sub: [status],
    putCreates: true,
    deleteReturnsObject: true,
  },
  {
    group: 'apiextensions.k8s.io',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    cluster: true,
    short: ['crd', 'crds'],
    categories: ['api-extensions'],
    sub: [status],
    generation: true,
    strictUpdate: true,
  },
  { group: 'coordination.k8s.io', kind: 'Lease', plural: 'leases', strictUpdate: true, putCreates: true },
  { group: 'discovery.k8s.io', kind: 'EndpointSlice', plural: 'endpointslices', generation: true },
  {
    group: 'events.k8s.io',
    kind: 'Event',
    plural: 'events',
    short: ['ev'],
    putCreates: true,
    storage: 'core/events',
  },
  {
    group: 'node.k8s.io',
    kind: 'RuntimeClass',
    plural: 'runtimeclasses',
    cluster: true,
    strictUpdate: true,
    putCreates: true,
  },
  {
    group: 'scheduling.k8s.io',
    kind: 'PriorityClass',
    plural: 'priorityclasses',
    cluster: true,
    short: ['pc'],
    generation: true,
  },
];

function kindOf(row: Row): Kind {
  const group = row.group ?? '';
  return {
    type: { group, version: row.version ?? 'v1', plural: row.plural, kind: row.kind, namespaced: !row.cluster },
    singular: row.kind.toLowerCase(),
    shortNames: row.short ?? [],
    categories: row.categories ?? [],
    verbs: storedVerbs.filter((verb) => !row.without?.includes(verb)),
    subresources: row.sub ?? [],
    storage: row.storage ?? `${group || 'core'}/${row.plural}`,
    custom: false,
    generation: row.generation ?? false,
    strictUpdate: row.strictUpdate ?? false,
    putCreates: row.putCreates ?? false,
    deleteReturnsObject: row.deleteReturnsObject ?? false,
  };
}

/** Every kind that is served without a definition, in the order discovery lists them. */
export const builtInKinds: readonly Kind[] = rows.map(kindOf);
