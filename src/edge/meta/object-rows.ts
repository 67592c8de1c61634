import { formatResource, parseResource } from '../../wire/index.js';
import type { Db } from './database.js';
import { parseStored } from './json.js';
import { metaV2Row, objectOf, type StoredObject, versionOf } from './object-kinds.js';

/** The pods, configmaps, secrets and other objects the cloud sent, by wire resource. Every call is one SQLite statement or two. */
export interface ObjectRows {
  get(resource: string): StoredObject | undefined;
  list(type: string): StoredObject[];
  /**
   * Keeps `object` under `resource`. False when the row already holds this state of the object or a newer one:
   * a retransmission changes nothing, a late one must not win.
   */
  put(resource: string, object: StoredObject): boolean;
  /** The object that was removed; undefined when there was none or it is another one than `uid`. */
  remove(resource: string, uid?: string): StoredObject | undefined;
}

export function createObjectRows(db: Db): ObjectRows {
  const select = db.prepare<[string], { type: string; value: string }>('SELECT type, value FROM meta WHERE key = ?');
  const selectType = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE type = ? ORDER BY key');
  const insert = db.prepare('INSERT OR REPLACE INTO meta (key, type, value) VALUES (?, ?, ?)');
  const erase = db.prepare('DELETE FROM meta WHERE key = ?');
  const insertV2 = db.prepare(
    `INSERT OR REPLACE INTO meta_v2 (key, group_version_resource, namespace, name, resource_version, value)
     VALUES (@key, @groupVersionResource, @namespace, @name, @resourceVersion, @value)`,
  );
  const eraseV2 = db.prepare('DELETE FROM meta_v2 WHERE key = ?');

  const get = (resource: string) => {
    const row = select.get(resource);
    return row && parseObject(row.type, row.value);
  };
  return {
    get,
    list: (type) =>
      selectType
        .all(type)
        .map((row) => parseObject(type, row.value))
        .filter((object) => object !== undefined),
    put(resource, object) {
      const stored = get(resource);
      if (stored && !isNewer(object, stored)) return false;
      const value = JSON.stringify(object);
      insert.run(resource, parseResource(resource).type, value);
      const row = metaV2Row(object);
      if (row) insertV2.run({ ...row, value });
      return true;
    },
    remove(resource, uid) {
      const stored = get(resource);
      if (!stored || (uid && stored.metadata.uid && stored.metadata.uid !== uid)) return undefined;
      erase.run(resource);
      const path = parseResource(resource);
      // A database that was a Go edge's holds the last patch of each pod beside it (facts cloudhub-wire §6.2).
      if (path.type === 'pod') erase.run(formatResource({ ...path, type: 'podpatch' }));
      const row = metaV2Row(stored);
      if (row) eraseV2.run(row.key);
      return stored;
    },
  };
}

/** A row that is not the JSON of an object counts as absent: the cloud sends it again. */
function parseObject(type: string, text: string): StoredObject | undefined {
  return objectOf(type, parseStored(text));
}

function isNewer(object: StoredObject, stored: StoredObject): boolean {
  if (object.metadata.uid !== stored.metadata.uid) return true;
  const version = versionOf(object);
  const known = versionOf(stored);
  return version === undefined || known === undefined || version > known;
}
