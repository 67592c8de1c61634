import { metaDescriptions } from './descriptions-meta.js';
import { nodeDescriptions } from './descriptions-node.js';
import { otherDescriptions } from './descriptions-other.js';
import { podDescriptions } from './descriptions-pod.js';

const all: Readonly<Record<string, string>> = {
  ...metaDescriptions,
  ...podDescriptions,
  ...nodeDescriptions,
  ...otherDescriptions,
};

/** What `kubectl explain` says about a type, or about one field of it. Undefined where nothing has been written. */
export function descriptionOf(typeName: string, field?: string): string | undefined {
  if (field === undefined) return all[typeName];
  // Every top-level object has these two; saying it once is enough.
  if (field === 'metadata' || field === 'apiVersion' || field === 'kind') {
    return all[`${typeName}.${field}`] ?? all[`*.${field}`];
  }
  return all[`${typeName}.${field}`];
}
