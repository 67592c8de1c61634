import type { KubeObject } from '../../kube/index.js';
import { EdgeError, type Log, pause } from '../../lib/index.js';
import { isDamage, isLockLost, openReader } from './database.js';
import { atRevision, type Entry, type Row, type StoreEvent } from './entry.js';
import { createGroupCommit } from './group-commit.js';
import { createHistory, type ListQuery, type ListResult } from './history.js';
import { keepCopy, openOrRecover } from './recovery.js';
import { createWatchHub } from './watch-hub.js';

/** All objects of the cluster and the history of the last minutes, in one SQLite file (facts kubernetes-api §17). */
export interface ObjectStore extends AsyncDisposable {
  /** The committed object at a key. */
  get(key: string): Entry | undefined;
  /** The newest object at a key, a write still on its way to the disk included: what a read-modify-write starts from. */
  current(key: string): Entry | undefined;
  list(query: ListQuery): ListResult;
  /** Everything under a prefix as the next writer finds it; see `current`. */
  currentList(prefix: string): readonly Entry[];
  /** The newest committed revision. */
  revision(): number;
  /** Revisions below it can no longer be listed or watched from. */
  compacted(): number;
  /**
   * Stores an object on top of `previous` (undefined: the key must be free). Settles once it is on the disk.
   * Throws `conflict` when the key has moved on. Read by `current` and written in one turn, it cannot.
   */
  put(key: string, previous: Entry | undefined, object: KubeObject): Promise<Entry>;
  /** Removes a key; `last` is the state watchers are shown. Throws like `put`. */
  remove(key: string, previous: Entry, last: KubeObject): Promise<Entry>;
  /** Every write under `prefix` after revision `since`, first from history, then live. Throws `gone` when compacted. */
  watch(prefix: string, since: number, signal: AbortSignal): AsyncGenerator<StoreEvent>;
  /** Forgets superseded rows of before `until`. */
  compact(until: Date): void;
  /** Compacts and copies on a timer until aborted. */
  maintain(signal: AbortSignal): Promise<void>;
}

const historyMs = 10 * 60_000;
const compactEveryMs = 60_000;
const copyEveryMs = 60 * 60_000;

export function openStore(options: {
  path: string;
  log: Log;
  now: () => Date;
  /** Told once when the file breaks while in use; the next start recovers it. */
  onFault?: (error: unknown) => void;
}): ObjectStore {
  const { path, log, now, onFault = () => {} } = options;
  const db = openOrRecover(path, { log, now });
  const reader = openReader(path);
  const hub = createWatchHub();
  const commits = createGroupCommit({ db, publish: hub.publish, onFault });
  const history = createHistory(reader);
  // The writing connection sees the transaction that is open on it.
  const upcoming = createHistory(db);
  const newest = db.prepare<[string], Row>(
    'SELECT id, name, deleted, value FROM log WHERE name = ? ORDER BY id DESC LIMIT 1',
  );
  const insert = db.prepare<[string, number, number, number, string]>(
    'INSERT INTO log (name, deleted, prev_revision, written_at, value) VALUES (?, ?, ?, ?, ?)',
  );

  const append = (key: string, previous: Entry | undefined, object: KubeObject, deleted: boolean): StoreEvent => {
    const { resourceVersion: _, ...metadata } = object.metadata ?? {};
    const before = newest.get(key);
    if ((before && !before.deleted ? before.id : undefined) !== previous?.revision) throw lockLost(key);
    const value = JSON.stringify({ ...object, metadata });
    const { lastInsertRowid } = insert.run(key, deleted ? 1 : 0, before?.id ?? 0, now().getTime(), value);
    const revision = Number(lastInsertRowid);
    return {
      key,
      revision,
      kind: deleted ? 'delete' : 'put',
      object: atRevision(object, revision),
      ...(previous && { previous: previous.object }),
    };
  };

  const write = async (key: string, previous: Entry | undefined, object: KubeObject, deleted: boolean) => {
    try {
      return await commits.write(() => append(key, previous, object, deleted));
    } catch (error) {
      if (isDamage(error)) onFault(error);
      throw isLockLost(error) ? lockLost(key, error) : error;
    }
  };

  const guarded =
    <A extends unknown[], R>(read: (...args: A) => R) =>
    (...args: A): R => {
      try {
        return read(...args);
      } catch (error) {
        if (isDamage(error)) onFault(error);
        throw error;
      }
    };
  const since = guarded(history.since);

  const compact = (until: Date) => {
    commits.flush();
    history.compact(db, until.getTime());
  };

  return {
    get: guarded(history.get),
    list: guarded(history.list),
    revision: history.revision,
    compacted: history.compacted,
    compact,
    current: guarded(upcoming.get),
    currentList: guarded((prefix: string) => upcoming.list({ prefix }).entries),
    put: (key, previous, object) => write(key, previous, object, false),
    remove: (key, previous, last) => write(key, previous, last, true),
    async *watch(prefix, from, signal) {
      let revision = from;
      for (;;) {
        const events = since(prefix, revision);
        if (events.length === 0) break;
        for (const event of events) {
          if (signal.aborted) return;
          yield event;
          revision = event.revision;
        }
      }
      // No await since the empty read: nothing can be committed between it and the subscription.
      const live = hub.subscribe(prefix);
      signal.addEventListener('abort', live.end, { once: true });
      try {
        if (!signal.aborted) yield* live;
      } finally {
        signal.removeEventListener('abort', live.end);
        live.end();
      }
    },
    async maintain(signal) {
      let copiedAt = 0;
      let copiedRevision = -1;
      while (!signal.aborted) {
        await pause(compactEveryMs, signal);
        if (signal.aborted) return;
        const time = now().getTime();
        compact(new Date(time - historyMs));
        if (time - copiedAt < copyEveryMs || copiedRevision === history.revision()) continue;
        copiedAt = time;
        copiedRevision = history.revision();
        await keepCopy(db, path).catch((error: unknown) =>
          log.warn({ err: error }, 'the cluster database was not copied'),
        );
      }
    },
    async [Symbol.asyncDispose]() {
      commits.flush();
      hub.close();
      reader.close();
      db.close();
    },
  };
}

function lockLost(key: string, cause?: unknown): EdgeError {
  return new EdgeError('conflict', `${key} was changed by another writer`, { cause });
}
