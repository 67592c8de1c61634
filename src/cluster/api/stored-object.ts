import { notFound } from '../../kube/index.js';
import { keyOf } from '../keys.js';
import type { Kind } from '../kind.js';
import type { Entry } from '../store/index.js';
import type { ResourcePath } from './resource-path.js';

/** The object a path names, through one of the store's readers. Throws 404. */
export function requireObject(
  read: (key: string) => Entry | undefined,
  { kind, path }: { readonly kind: Kind; readonly path: ResourcePath },
): Entry {
  const name = path.name ?? '';
  const entry = read(keyOf(kind, path.namespace, name));
  if (!entry) throw notFound(kind.type, name);
  return entry;
}
