import type { Kind } from './kind.js';

/** The store prefix of all objects of a kind, or of those in one namespace. Ends in `/`. */
export function prefixOf(kind: Kind, namespace?: string): string {
  return namespace === undefined ? `${kind.storage}/` : `${kind.storage}/${namespace}/`;
}

/** The store key of one object. */
export function keyOf(kind: Kind, namespace: string | undefined, name: string): string {
  return kind.type.namespaced ? `${kind.storage}/${namespace ?? ''}/${name}` : `${kind.storage}/${name}`;
}

/** `v1` or `apps/v1`. */
export function apiVersionOf({ type: { group, version } }: Kind): string {
  return group === '' ? version : `${group}/${version}`;
}
