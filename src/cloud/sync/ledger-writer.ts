import type { KubeApi } from '../../kube/index.js';
import { createBackoff, hasCode, type Log, type Loop, pause } from '../../lib/index.js';
import type { LedgerEntry } from './ledger.js';
import { clusterObjectSyncs, objectSyncs, type SyncObject, syncName } from './sync-types.js';

export interface LedgerWriter {
  /** Notes that the entry must reach the API. New and gone entries go at once, versions are gathered for a moment. */
  write(entry: LedgerEntry, gone: boolean): void;
  /** Writes until aborted, then brings out what waits, bounded in time. */
  readonly run: Loop;
}

type SyncApi = Pick<KubeApi, 'create' | 'patch' | 'delete'>;

const parallelWrites = 8;
const finalFlushMs = 3_000;

/**
 * Brings the ledger to the API: one write per object at a time, the newest state wins. Nobody waits for it;
 * a version that was not written only means that the object is sent once more after a restart.
 */
export function createLedgerWriter(options: {
  readonly kube: SyncApi;
  readonly log: Log;
  /** Milliseconds versions are gathered. */
  readonly gatherMs?: number;
}): LedgerWriter {
  const { kube, log, gatherMs = 500 } = options;
  const dirty = new Map<string, { entry: LedgerEntry; gone: boolean }>();
  const busy = new Set<string>();
  let stopped = false;
  let gathering: NodeJS.Timeout | undefined;
  let idle: (() => void) | undefined;

  const pump = () => {
    for (const [key, item] of dirty) {
      if (busy.size >= parallelWrites) return;
      if (busy.has(key)) continue;
      dirty.delete(key);
      busy.add(key);
      const done = () => {
        busy.delete(key);
        pump();
        if (busy.size === 0 && dirty.size === 0) idle?.();
      };
      persist(item.entry, item.gone).then(done, (error: unknown) => {
        log.error({ err: error, sync: key }, 'sync object could not be written');
        done();
      });
    }
  };
  const persist = async (entry: LedgerEntry, gone: boolean) => {
    const backoff = createBackoff({ baseMs: 200, maxMs: 10_000, jitter: 0.3 });
    for (;;) {
      try {
        await (gone ? erase(kube, entry) : store(kube, entry));
        return;
      } catch (error) {
        // A namespace on its way out takes no more sync objects, and needs none.
        if (hasCode(error, 'denied', 'invalid') || stopped) return;
        log.debug({ err: error, sync: syncName(entry.node, entry.uid) }, 'sync object write is tried again');
        await pause(backoff.next());
      }
    }
  };

  return {
    write(entry, gone) {
      dirty.set(`${entry.namespace ?? ''}/${syncName(entry.node, entry.uid)}`, { entry, gone });
      if (gone || entry.persisted === undefined) pump();
      else {
        gathering ??= setTimeout(() => {
          gathering = undefined;
          pump();
        }, gatherMs);
      }
    },
    async run(signal) {
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });
      clearTimeout(gathering);
      pump();
      const flushed = new Promise<void>((resolve) => {
        idle = resolve;
        if (busy.size === 0 && dirty.size === 0) resolve();
      });
      const patience = new AbortController();
      await Promise.race([flushed, pause(finalFlushMs, patience.signal)]);
      patience.abort();
      stopped = true;
    },
  };
}

const typeOf = (entry: LedgerEntry) => (entry.namespace === undefined ? clusterObjectSyncs : objectSyncs);
const keyOf = (entry: LedgerEntry) => ({ namespace: entry.namespace, name: syncName(entry.node, entry.uid) });

async function store(kube: SyncApi, entry: LedgerEntry): Promise<void> {
  if (entry.persisted === undefined) await create(kube, entry);
  const { version } = entry;
  if (entry.persisted === version) return;
  try {
    const body = { status: { objectResourceVersion: version } };
    await kube.patch(typeOf(entry), keyOf(entry), { kind: 'merge', body }, { subresource: 'status' });
    entry.persisted = version;
  } catch (error) {
    if (hasCode(error, 'not-found')) entry.persisted = undefined;
    throw error;
  }
}

async function create(kube: SyncApi, entry: LedgerEntry): Promise<void> {
  const type = typeOf(entry);
  const { namespace, name } = keyOf(entry);
  const object: SyncObject = {
    apiVersion: `${type.group}/${type.version}`,
    kind: type.kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: { objectAPIVersion: entry.apiVersion, objectKind: entry.kind, objectName: entry.name },
  };
  try {
    entry.syncUid = (await kube.create(type, object)).metadata?.uid;
  } catch (error) {
    if (!hasCode(error, 'already-exists')) throw error;
  }
  // The status does not come with a create: its subresource follows.
  entry.persisted = '';
}

async function erase(kube: SyncApi, entry: LedgerEntry): Promise<void> {
  await kube.delete(typeOf(entry), keyOf(entry), { gracePeriodSeconds: 0 }).catch((error: unknown) => {
    if (!hasCode(error, 'not-found')) throw error;
  });
}
