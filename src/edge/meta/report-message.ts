import type { CoreEvent, Node, Pod } from '../../kube/index.js';
import { unreachable } from '../../lib/index.js';
import { createMessage, formatResource, groups, type Message, operations, sources } from '../../wire/index.js';
import type { ObjectRows } from './object-rows.js';
import type { Report } from './outbox-rows.js';
import { nodeStatusPatch, podStatusPatch } from './status-patch.js';

const upstream = { source: sources.edged, group: groups.meta } as const;

/**
 * The message a report travels as (facts cloudhub-wire §3.7); undefined when the cloud already has what it
 * says, or the pod it is about was replaced by another of the same name.
 * @param certain the stored object is what the cloud has: no patch went unanswered since
 */
export function messageOfReport(report: Report, rows: Pick<ObjectRows, 'get'>, certain: boolean): Message | undefined {
  switch (report.kind) {
    case 'podStatus': {
      const { namespace, name, uid } = report.pod;
      const pod = rows.get(formatResource({ namespace, type: 'pod', name })) as Pod | undefined;
      if (pod && pod.metadata?.uid !== uid) return undefined;
      const content = podStatusPatch(uid, report.status, certain ? pod : undefined);
      return content === undefined
        ? undefined
        : patchOf(formatResource({ namespace, type: 'podpatch', name }), content);
    }
    case 'podGone': {
      const { namespace, name, uid } = report.pod;
      const content = { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0, preconditions: { uid } };
      const resource = formatResource({ namespace, type: 'pod', name });
      return createMessage({ ...upstream, operation: operations.delete, resource, content });
    }
    case 'nodeStatus': {
      const name = report.node.metadata?.name ?? '';
      const known = rows.get(formatResource({ type: 'node', name })) as Node | undefined;
      const content = nodeStatusPatch(report.node, certain ? known : undefined);
      return content === undefined ? undefined : patchOf(formatResource({ type: 'nodepatch', name }), content);
    }
    case 'event':
      return eventMessage(report.event);
    default:
      return unreachable(report);
  }
}

/** A patch with its body as JSON text. */
export function patchOf(resource: string, content: string): Message {
  return createMessage({ ...upstream, operation: operations.patch, resource, content });
}

function eventMessage(event: CoreEvent): Message {
  const { namespace = 'default', name = '' } = event.metadata;
  return createMessage({
    ...upstream,
    // A count above one means that the cloud has seen this event before.
    operation: (event.count ?? 1) > 1 ? operations.update : operations.insert,
    resource: formatResource({ namespace, type: 'event', name }),
    content: { apiVersion: 'v1', kind: 'Event', ...event },
  });
}
