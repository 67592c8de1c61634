import { createAsyncQueue, EdgeError } from '../../lib/index.js';
import { sameJson } from '../json.js';
import type { WatchEvent } from '../kube-api.js';
import type { KubeObject } from '../objects.js';
import { expired } from '../status.js';

export interface StoredChange {
  readonly version: number;
  readonly table: string;
  readonly before: KubeObject | undefined;
  /** Absent for a deletion. */
  readonly after: KubeObject | undefined;
}

type Matches = (object: KubeObject) => boolean;

/** Objects by table and key under one version counter, with the history watches start from. */
export interface FakeStore {
  readonly version: number;
  get(table: string, key: string): KubeObject | undefined;
  all(table: string): KubeObject[];
  /** Stores a copy under the next version, unless nothing changes, and returns what is stored. */
  put(table: string, key: string, object: KubeObject): KubeObject;
  remove(table: string, key: string): void;
  watch(table: string, since: number, matches: Matches, signal: AbortSignal): AsyncGenerator<WatchEvent<KubeObject>>;
  /** Forgets the history: watches from older versions are `gone`. */
  compact(): void;
  /** Ends every open watch, as a server that restarts. */
  disconnect(): void;
}

const queueLimit = 100_000;

export function createFakeStore(): FakeStore {
  const tables = new Map<string, Map<string, KubeObject>>();
  let history: StoredChange[] = [];
  let oldest = 0;
  let version = 1;
  const feeds = new Set<{ push(change: StoredChange): void; close(): void }>();
  const tableOf = (name: string) => {
    const table = tables.get(name) ?? new Map<string, KubeObject>();
    tables.set(name, table);
    return table;
  };

  const commit = (table: string, before: KubeObject | undefined, after: KubeObject | undefined) => {
    const change = { version, table, before, after };
    history.push(change);
    for (const feed of feeds) feed.push(change);
  };

  return {
    get version() {
      return version;
    },
    get: (table, key) => structuredClone(tableOf(table).get(key)),
    all(table) {
      const rows = [...tableOf(table)].sort(([a], [b]) => (a < b ? -1 : 1));
      return rows.map(([, object]) => structuredClone(object));
    },
    put(table, key, object) {
      const before = tableOf(table).get(key);
      const after = structuredClone(object);
      after.metadata = {
        ...after.metadata,
        ...(before && { resourceVersion: before.metadata?.resourceVersion ?? '' }),
      };
      // A write that changes nothing gives no version (facts kubernetes-api §6).
      if (before && sameJson(before, after)) return after;
      version += 1;
      after.metadata = { ...after.metadata, resourceVersion: String(version) };
      tableOf(table).set(key, after);
      commit(table, before, after);
      return structuredClone(after);
    },
    remove(table, key) {
      const before = tableOf(table).get(key);
      if (!before) return;
      tableOf(table).delete(key);
      version += 1;
      commit(table, { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } }, undefined);
    },
    async *watch(table, since, matches, signal) {
      if (!Number.isSafeInteger(since)) throw new EdgeError('invalid', 'resourceVersion must be a number');
      if (since < oldest) throw expired(String(since), String(oldest));
      const queue = createAsyncQueue<StoredChange>(queueLimit);
      for (const change of history) if (change.version > since) queue.push(change);
      const close = () => queue.close();
      feeds.add(queue);
      signal.addEventListener('abort', close);
      if (signal.aborted) close();
      try {
        for await (const change of queue) {
          if (signal.aborted) return;
          const event = change.table === table ? eventOf(change, matches) : undefined;
          if (event) yield event;
        }
      } finally {
        feeds.delete(queue);
        signal.removeEventListener('abort', close);
      }
    },
    compact() {
      history = [];
      oldest = version;
    },
    disconnect() {
      for (const feed of feeds) feed.close();
    },
  };
}

/** An object that leaves the selected set is deleted for this watch, one that enters is added (facts kubernetes-api §5). */
function eventOf({ before, after, version }: StoredChange, matches: Matches): WatchEvent<KubeObject> | undefined {
  const was = before !== undefined && matches(before);
  if (after !== undefined && matches(after))
    return { kind: was ? 'modified' : 'added', object: structuredClone(after) };
  if (!was) return undefined;
  return {
    kind: 'deleted',
    object: structuredClone({ ...before, metadata: { ...before.metadata, resourceVersion: String(version) } }),
  };
}
