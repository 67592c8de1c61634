import { randomUUID } from 'node:crypto';
import { EdgeError } from '../../lib/index.js';
import { parseFieldSelector } from '../field-selector.js';
import { isJsonObject } from '../json.js';
import { jsonPatch } from '../json-patch.js';
import type {
  KubeApi,
  ListOptions,
  ObjectKey,
  PatchKind,
  ResourceType,
  WatchEvent,
  WriteOptions,
} from '../kube-api.js';
import { parseLabelSelector } from '../label-selector.js';
import { coreListMerge } from '../list-merge.js';
import { mergePatch } from '../merge-patch.js';
import { generateName, keyText, objectKey } from '../object-name.js';
import type { Binding, KubeObject, Pod } from '../objects.js';
import { resources } from '../resource-types.js';
import { alreadyExists, conflict, notFound } from '../status.js';
import { strategicMergePatch } from '../strategic-patch.js';
import { initialStatus, marked, released, updated } from './fake-lifecycle.js';
import { createFakeStore } from './fake-store.js';

/** What a test may do beside the API itself. */
export interface FakeKubeControls {
  /** The server forgets its history: a resumed watch is `gone`. */
  compact(): void;
  /** Every open watch ends. */
  disconnect(): void;
  /** The next calls of this verb throw `error`, one call each. */
  failNext(verb: keyof KubeApi, error: unknown, times?: number): void;
  /** How often a verb was called. */
  calls(verb: keyof KubeApi): number;
}

/**
 * An API server in memory for tests: versions, watches, selectors, patches, conflicts, finalizers
 * and pod grace follow the rules (the contract suite of `KubeApi` holds it to them); schemas,
 * defaults and admission are left out. The usual four namespaces exist.
 */
export function createFakeKubeApi(
  options: { now?: () => Date; random?: () => number } = {},
): KubeApi & FakeKubeControls {
  const { now = () => new Date(), random = Math.random } = options;
  const store = createFakeStore();
  const faults = new Map<keyof KubeApi, unknown[]>();
  const counts = new Map<keyof KubeApi, number>();
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
    store.put('/namespaces', name, prepared(resources.namespaces, { metadata: { name } }));
  }

  const enter = (verb: keyof KubeApi) => {
    counts.set(verb, (counts.get(verb) ?? 0) + 1);
    const fault = faults.get(verb)?.shift();
    if (fault !== undefined) throw fault;
  };

  function prepared(type: ResourceType, object: KubeObject): KubeObject {
    const metadata = { ...object.metadata };
    if (!metadata.name && metadata.generateName) metadata.name = generateName(metadata.generateName, random);
    if (!metadata.name)
      throw new EdgeError('invalid', 'metadata.name: Required value: name or generateName is required');
    metadata.uid = randomUUID();
    metadata.creationTimestamp = now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
    delete metadata.resourceVersion;
    delete metadata.deletionTimestamp;
    return initialStatus(type, { ...object, ...kindOf(type), metadata });
  }

  const read = (type: ResourceType, key: ObjectKey): KubeObject => {
    if (type.namespaced && key.namespace === undefined)
      throw new EdgeError('invalid', `metadata.namespace is required for ${type.plural}`);
    const found = store.get(tableOf(type), keyText(key));
    if (!found) throw notFound(type, key.name);
    return found;
  };

  const save = (type: ResourceType, object: KubeObject): KubeObject => {
    const key = keyText(object);
    if (!released(type, object)) return store.put(tableOf(type), key, object);
    store.remove(tableOf(type), key);
    return object;
  };

  const write = (type: ResourceType, wanted: KubeObject, options: WriteOptions = {}): KubeObject => {
    const before = read(type, objectKey(wanted));
    const { resourceVersion, uid, name = '' } = wanted.metadata ?? {};
    if (resourceVersion !== undefined && resourceVersion !== before.metadata?.resourceVersion)
      throw conflict(type, name);
    if (uid !== undefined && uid !== before.metadata?.uid) throw conflict(type, name, 'uid mismatch');
    const after = updated(type, before, { ...wanted, ...kindOf(type) }, options.subresource);
    return options.dryRun ? after : save(type, after);
  };

  const select = (where: ListOptions): ((object: KubeObject) => boolean) => {
    const labels = parseLabelSelector(where.labelSelector ?? '');
    const fields = parseFieldSelector(where.fieldSelector ?? '');
    return (object) =>
      (where.namespace === undefined || object.metadata?.namespace === where.namespace) &&
      labels(object.metadata?.labels) &&
      fields.matches((path) => fieldText(object, path));
  };

  return {
    async get(type, key) {
      enter('get');
      return read(type, key) as never;
    },
    async list(type, where) {
      enter('list');
      const items = store.all(tableOf(type)).filter(select(where));
      return { items: items as never[], resourceVersion: String(store.version) };
    },
    async *watch<T extends KubeObject>(
      type: ResourceType<T>,
      where: ListOptions & { readonly resourceVersion: string },
      signal: AbortSignal,
    ) {
      enter('watch');
      const events = store.watch(tableOf(type), Number(where.resourceVersion), select(where), signal);
      yield* events as AsyncGenerator<WatchEvent<T>>;
    },
    async create(type, object, options = {}) {
      enter('create');
      const namespace = object.metadata?.namespace;
      if (type.namespaced && namespace === undefined)
        throw new EdgeError('invalid', `metadata.namespace is required for ${type.plural}`);
      if (type.namespaced && !store.get('/namespaces', namespace ?? ''))
        throw notFound(resources.namespaces, namespace ?? '');
      const made = prepared(type, structuredClone(object));
      if (store.get(tableOf(type), keyText(made))) throw alreadyExists(type, made.metadata?.name ?? '');
      return (options.dryRun ? made : store.put(tableOf(type), keyText(made), made)) as never;
    },
    async update(type, object, options) {
      enter('update');
      return write(type, structuredClone(object), options) as never;
    },
    async patch(type, key, { kind, body }, options) {
      enter('patch');
      const before = read(type, key);
      const after = patched(type, before, kind, body);
      // Only a version the patch itself names makes it conditional.
      return write(type, after, options) as never;
    },
    async post(type, key, subresource, body) {
      enter('post');
      if (type.kind !== 'Pod' || subresource !== 'binding')
        throw new EdgeError('unsupported', `the fake has no ${type.plural}/${subresource}`);
      save(type, bound(read(type, key) as Pod, body as Binding));
      return { kind: 'Status', apiVersion: 'v1', status: 'Success', code: 201 } as never;
    },
    async delete(type, key, options = {}) {
      enter('delete');
      save(type, marked(type, read(type, key), options, now()));
    },
    compact: () => store.compact(),
    disconnect: () => store.disconnect(),
    failNext(verb, error, times = 1) {
      faults.set(verb, [...(faults.get(verb) ?? []), ...Array.from({ length: times }, () => error)]);
    },
    calls: (verb) => counts.get(verb) ?? 0,
  };
}

const tableOf = (type: ResourceType) => `${type.group}/${type.plural}`;
const kindOf = (type: ResourceType) => ({
  apiVersion: type.group ? `${type.group}/${type.version}` : type.version,
  kind: type.kind,
});

function patched(type: ResourceType, before: KubeObject, kind: PatchKind, body: unknown): KubeObject {
  const apply = {
    json: () => jsonPatch(before, body),
    merge: () => mergePatch(before, body),
    strategic: () => strategicMergePatch(before, body, coreListMerge(type.kind)),
  }[kind];
  const after = apply();
  if (!isJsonObject(after)) throw new EdgeError('invalid', 'the patch leaves no object behind');
  return after;
}

function bound(pod: Pod, binding: Binding): Pod {
  const name = pod.metadata?.name ?? '';
  if (pod.spec?.nodeName)
    throw conflict(resources.pods, name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`);
  if (pod.metadata?.deletionTimestamp)
    throw conflict(resources.pods, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  const conditions = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
  return {
    ...pod,
    spec: { ...pod.spec, containers: pod.spec?.containers ?? [], nodeName: binding.target.name ?? '' },
    status: { ...pod.status, conditions: [...conditions, { type: 'PodScheduled', status: 'True' }] },
  };
}

function fieldText(object: KubeObject, path: string): string | undefined {
  const value = path.split('.').reduce<unknown>((at, part) => (isJsonObject(at) ? at[part] : undefined), object);
  return value === undefined ? undefined : String(value);
}
