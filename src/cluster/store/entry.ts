import type { KubeObject } from '../../kube/index.js';

/** One stored object; `object.metadata.resourceVersion` is `revision` as text. Shared: never change it. */
export interface Entry {
  readonly key: string;
  readonly revision: number;
  readonly object: KubeObject;
}

/**
 * One committed write. `previous` is what the key held before (absent: it was created). A `delete` carries the
 * last state with the revision of the deletion.
 */
export interface StoreEvent extends Entry {
  readonly kind: 'put' | 'delete';
  readonly previous?: KubeObject;
}

export interface Row {
  readonly id: number;
  readonly name: string;
  readonly deleted: number;
  readonly value: string;
}

/** The object as it is given out: its version is the revision of its row. */
export function atRevision(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}

export function entryOf(row: Row): Entry {
  return { key: row.name, revision: row.id, object: atRevision(JSON.parse(row.value) as KubeObject, row.id) };
}

/** The text range `[from, to)` of all keys under a prefix that ends in `/`. */
export function rangeOf(prefix: string): { from: string; to: string } {
  return { from: prefix, to: `${prefix.slice(0, -1)}0` };
}
