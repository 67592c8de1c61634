import { compareVersions } from '../object-version.js';
import { type ObjectRef, parseSyncName, type SyncObject } from './sync-types.js';

/** What one node has stored of one object. */
export interface LedgerEntry extends ObjectRef {
  readonly node: string;
  /** The resourceVersion the edge acked; `0` when it was sent and not acked. */
  version: string;
  /** The version the API server knows; undefined until the sync object is there. */
  persisted?: string | undefined;
  /** UID of the sync object itself. */
  syncUid?: string | undefined;
}

/**
 * The books of what every node has stored, in memory: reading never waits. Writes are told to `changed`,
 * which brings them to the API in its own time.
 */
export interface Ledger {
  /** The version the node has stored; undefined when it was never sent. */
  version(node: string, uid: string): string | undefined;
  get(node: string, uid: string): LedgerEntry | undefined;
  entries(node: string): LedgerEntry[];
  nodes(): string[];
  /** Notes that the object is being sent, unless that is known. */
  begin(node: string, ref: ObjectRef): void;
  acked(node: string, ref: ObjectRef, version: string): void;
  remove(node: string, uid: string): void;
  removeNode(node: string): void;
  /** Takes over what the API server says, from this or another replica. */
  learn(sync: SyncObject): void;
  unlearn(sync: SyncObject): void;
}

export function createLedger(changed: (entry: LedgerEntry, gone: boolean) => void): Ledger {
  const byNode = new Map<string, Map<string, LedgerEntry>>();
  const get = (node: string, uid: string) => byNode.get(node)?.get(uid);
  const put = (entry: LedgerEntry) => {
    const entries = byNode.get(entry.node) ?? new Map<string, LedgerEntry>();
    byNode.set(entry.node, entries.set(entry.uid, entry));
  };
  const drop = (entry: LedgerEntry) => {
    const entries = byNode.get(entry.node);
    entries?.delete(entry.uid);
    if (entries?.size === 0) byNode.delete(entry.node);
  };
  const remove = (node: string, uid: string) => {
    const entry = get(node, uid);
    if (entry === undefined) return;
    drop(entry);
    changed(entry, true);
  };
  const begin = (node: string, ref: ObjectRef) => {
    if (get(node, ref.uid)) return;
    const entry: LedgerEntry = { ...ref, node, version: '0' };
    put(entry);
    changed(entry, false);
  };

  return {
    get,
    begin,
    remove,
    version: (node, uid) => get(node, uid)?.version,
    entries: (node) => [...(byNode.get(node)?.values() ?? [])],
    nodes: () => [...byNode.keys()],
    acked(node, ref, version) {
      begin(node, ref);
      const entry = get(node, ref.uid);
      // An ack that comes late must not set the books back.
      if (entry === undefined || compareVersions(version, entry.version) <= 0) return;
      entry.version = version;
      changed(entry, false);
    },
    removeNode(node) {
      for (const uid of [...(byNode.get(node)?.keys() ?? [])]) remove(node, uid);
    },
    learn(sync) {
      const { node, uid } = parseSyncName(sync.metadata?.name ?? '');
      const { objectAPIVersion = '', objectKind = '', objectName = '' } = sync.spec ?? {};
      if (node === '' || uid === '') return;
      const persisted = sync.status?.objectResourceVersion ?? '';
      const known = get(node, uid);
      // What is about to be written here is newer than what the API tells of.
      const pending = known !== undefined && known.persisted !== known.version;
      const ahead = known !== undefined && (pending || compareVersions(known.version, persisted) > 0);
      const version = ahead ? known.version : persisted || '0';
      const namespace = sync.metadata?.namespace;
      const ref = { uid, apiVersion: objectAPIVersion, kind: objectKind, name: objectName, namespace };
      put(Object.assign(known ?? { ...ref, node, version }, { version, persisted, syncUid: sync.metadata?.uid }));
    },
    unlearn(sync) {
      const { node, uid } = parseSyncName(sync.metadata?.name ?? '');
      const entry = get(node, uid);
      // The end of an older sync object of the same name says nothing about the present one.
      if (entry && entry.syncUid === sync.metadata?.uid) drop(entry);
    },
  };
}
