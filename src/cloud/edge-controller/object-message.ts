import type { KubeObject } from '../../kube/index.js';
import { createMessage, formatResource, groups, type Message, operations, sources } from '../../wire/index.js';
import type { ObjectRef } from '../sync/index.js';

export type ObjectOperation = 'insert' | 'update' | 'delete';

/** An object on its way to an edge (facts cloudhub-wire §3.6): source edgecontroller, group resource. */
export function objectMessage(operation: ObjectOperation, object: KubeObject): Message {
  const { metadata, kind = '' } = object;
  return createMessage({
    source: sources.edgeController,
    group: groups.resource,
    operation,
    resource: formatResource({
      ...(metadata?.namespace ? { namespace: metadata.namespace } : {}),
      type: kind.toLowerCase(),
      name: metadata?.name ?? '',
    }),
    resourceVersion: metadata?.resourceVersion,
    content: object,
  });
}

/** Tells an edge to drop what no longer exists: only name and UID, no version (facts cloudhub-wire §3.6, orphan). */
export function orphanMessage(ref: ObjectRef): Message {
  const { namespace, name, uid, kind } = ref;
  return createMessage({
    source: sources.edgeController,
    group: groups.resource,
    operation: operations.delete,
    resource: formatResource({ ...(namespace === undefined ? {} : { namespace }), type: kind.toLowerCase(), name }),
    content: { metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid } },
  });
}
