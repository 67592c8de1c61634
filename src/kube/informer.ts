import { EdgeError, type Log, type Loop } from '../lib/index.js';
import type { Change } from './change.js';
import type { KubeApi, ListOptions, ResourceType } from './kube-api.js';
import { keyText } from './object-name.js';
import type { KubeObject } from './objects.js';
import { watchChanges } from './watch-changes.js';

/** What a listener hears: differences only, also across a relist. `before` is absent for an object new to us. */
export type InformerEvent<T> =
  | { readonly kind: 'put'; readonly item: T; readonly before?: T }
  | { readonly kind: 'drop'; readonly item: T };

/** A local copy of a set of objects that follows the API. Reading it costs nothing; what it gives must not be changed. */
export interface Informer<T> {
  /** Follows the API until aborted. Run it once. */
  readonly run: Loop;
  /** Resolves when the first list is in; rejects with `unavailable` when `run` ended before. */
  readonly synced: Promise<void>;
  /** By `namespace/name`, or the name of a cluster-scoped object. */
  get(key: string): T | undefined;
  list(): T[];
  /** Objects whose index function gave `value`. */
  byIndex(index: string, value: string): T[];
  /** Replays what is known as `put`s, then tells each change, in order, after the copy has it. */
  subscribe(listener: (event: InformerEvent<T>) => void): Disposable;
}

export type IndexFunctions<T> = Readonly<Record<string, (item: T) => readonly string[]>>;

export function createInformer<T extends KubeObject>(options: {
  readonly api: Pick<KubeApi, 'list' | 'watch'>;
  readonly type: ResourceType<T>;
  readonly where?: ListOptions;
  readonly indexes?: IndexFunctions<T>;
  readonly log: Log;
  readonly random?: () => number;
}): Informer<T> {
  const { api, type, where = {}, indexes = {}, log, random } = options;
  const items = new Map<string, T>();
  const index = createIndex(indexes);
  const listeners = new Set<(event: InformerEvent<T>) => void>();
  const gate = createGate();

  const tell = (event: InformerEvent<T>) => {
    for (const listener of [...listeners]) listener(event);
  };

  const put = (item: T) => {
    const key = keyText(item);
    const before = items.get(key);
    if (before && sameVersion(before, item)) return;
    // Deleted and made again between two lists: the old object's end must be heard.
    if (before && before.metadata?.uid !== item.metadata?.uid) drop(before);
    items.set(key, item);
    index.move(key, before, item);
    tell(before && before.metadata?.uid === item.metadata?.uid ? { kind: 'put', item, before } : { kind: 'put', item });
  };

  const drop = (item: T) => {
    const key = keyText(item);
    const before = items.get(key);
    if (!before) return;
    items.delete(key);
    index.move(key, before, undefined);
    tell({ kind: 'drop', item });
  };

  const apply = (change: Change<T>) => {
    if (change.kind === 'put') put(change.item);
    if (change.kind === 'drop') drop(change.item);
    if (change.kind !== 'reset') return;
    const present = new Set(change.items.map(keyText));
    for (const [key, item] of [...items]) if (!present.has(key)) drop(item);
    for (const item of change.items) put(item);
    gate.open();
  };

  return {
    synced: gate.opened,
    async run(signal) {
      try {
        for await (const change of watchChanges(api, type, where, { signal, log, ...(random && { random }) }))
          apply(change);
      } finally {
        gate.fail(new EdgeError('unavailable', `${type.plural} were never listed`));
      }
    },
    get: (key) => items.get(key),
    list: () => [...items.values()],
    byIndex: (name, value) => index.keys(name, value).map((key) => items.get(key) as T),
    subscribe(listener) {
      listeners.add(listener);
      for (const item of [...items.values()]) listener({ kind: 'put', item });
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}

const sameVersion = (a: KubeObject, b: KubeObject) =>
  a.metadata?.uid === b.metadata?.uid && a.metadata?.resourceVersion === b.metadata?.resourceVersion;

function createIndex<T>(functions: IndexFunctions<T>) {
  const entries = Object.entries(functions);
  const maps = new Map(entries.map(([name]) => [name, new Map<string, Set<string>>()]));
  return {
    keys: (name: string, value: string): string[] => {
      const map = maps.get(name);
      if (!map) throw new EdgeError('internal', `the informer has no index ${name}`);
      return [...(map.get(value) ?? [])];
    },
    move(key: string, before: T | undefined, after: T | undefined): void {
      for (const [name, valuesOf] of entries) {
        const map = maps.get(name) as Map<string, Set<string>>;
        for (const value of before ? valuesOf(before) : []) {
          const keys = map.get(value);
          keys?.delete(key);
          if (keys?.size === 0) map.delete(value);
        }
        for (const value of after ? valuesOf(after) : []) {
          const keys = map.get(value) ?? new Set();
          map.set(value, keys.add(key));
        }
      }
    },
  };
}

/** A promise that is opened or failed once; a failure nobody waits for is no fault. */
function createGate() {
  let open: () => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const opened = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  opened.catch(() => {});
  return { opened, open: () => open(), fail: (error: unknown) => fail(error) };
}
