import { isDeepStrictEqual } from 'node:util';
import type { Node, ObjectMeta, Pod } from '../../kube/index.js';

/**
 * Whether an edge must hear of a change. Status is written by the edge itself, so a change of status alone
 * travels only where another writes it: conditions behind readiness gates, volumes attached to a node.
 */
export function isRelevantPodChange(before: Pod, after: Pod): boolean {
  if (!sameMetadata(before.metadata, after.metadata) || !isDeepStrictEqual(before.spec, after.spec)) return true;
  const gated = (after.spec?.readinessGates ?? []).length > 0;
  return gated && !isDeepStrictEqual(before.status?.conditions, after.status?.conditions);
}

export function isRelevantNodeChange(before: Node, after: Node): boolean {
  return (
    !sameMetadata(before.metadata, after.metadata) ||
    !isDeepStrictEqual(before.spec, after.spec) ||
    !isDeepStrictEqual(before.status?.volumesAttached, after.status?.volumesAttached)
  );
}

function sameMetadata(before: ObjectMeta | undefined, after: ObjectMeta | undefined): boolean {
  return isDeepStrictEqual(withoutBookkeeping(before), withoutBookkeeping(after));
}

function withoutBookkeeping(metadata: ObjectMeta | undefined): ObjectMeta {
  const { resourceVersion: _version, generation: _generation, managedFields: _fields, ...rest } = metadata ?? {};
  return rest;
}
