import { EdgeError } from '../lib/index.js';
import type { ListOptions, ObjectKey, ResourceType } from './kube-api.js';

const segment = (text: string, what: string): string => {
  // An empty name would address the whole collection, dots another path.
  if (text === '' || text === '.' || text === '..')
    throw new EdgeError('invalid', `${what} must not be ${JSON.stringify(text)}`);
  return encodeURIComponent(text);
};

/** The path of a collection (facts kubernetes-api §3); without a namespace that of all namespaces. */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope =
    type.namespaced && namespace !== undefined ? `/namespaces/${segment(namespace, 'metadata.namespace')}` : '';
  return `${root}${scope}/${type.plural}`;
}

/** The path new objects of this namespace are posted to. A namespaced kind needs the namespace. */
export function createPath(type: ResourceType, namespace: string | undefined): string {
  if (type.namespaced && namespace === undefined) {
    throw new EdgeError('invalid', `metadata.namespace is required for ${type.plural}`);
  }
  return collectionPath(type, namespace);
}

/** The path of one object or of its sub-resource. */
export function objectPath(type: ResourceType, key: ObjectKey, subresource?: string): string {
  const tail = subresource === undefined ? '' : `/${segment(subresource, 'subresource')}`;
  return `${createPath(type, key.namespace)}/${segment(key.name, 'metadata.name')}${tail}`;
}

/** The query of a list or watch, without the question mark. */
export function selectionQuery(options: ListOptions, more: Record<string, string | undefined> = {}): URLSearchParams {
  const query = new URLSearchParams();
  const all = { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector, ...more };
  for (const [name, value] of Object.entries(all)) if (value !== undefined && value !== '') query.set(name, value);
  return query;
}
