import { type KubeObject, statusOf } from '../../../kube/index.js';
import { formatQueryError, groups, type Message, operations, replyTo, sources } from '../../../wire/index.js';

const route = { source: sources.edgeController, group: groups.resource };

/** `{Object, Err: null}`, with the object's version (facts cloudhub-wire §3.2). */
export function objectReply(request: Message, object: KubeObject): Message {
  return replyTo(request, {
    ...route,
    resourceVersion: object.metadata?.resourceVersion,
    content: { Object: object, Err: null },
  });
}

/** `{Object: null, Err: {ErrStatus}}` with a complete Status: less makes a Go edge believe in success. */
export function objectError(request: Message, error: unknown): Message {
  return replyTo(request, { ...route, content: { Object: null, Err: { ErrStatus: statusOf(error) } } });
}

/** The bare object a query asked for. */
export function queryReply(request: Message, object: KubeObject): Message {
  return replyTo(request, { ...route, resourceVersion: object.metadata?.resourceVersion, content: object });
}

/** A failed query: op `error` with a text, for an error object would be stored as the answer (facts cloudhub-wire §6.3). */
export function queryError(request: Message, error: unknown): Message {
  const { reason = 'InternalError', message = '' } = statusOf(error);
  return replyTo(request, { ...route, operation: operations.error, content: formatQueryError({ reason, message }) });
}

export function okReply(request: Message): Message {
  return replyTo(request, { ...route, content: 'OK' });
}

/** What a request without a body of its own is answered when it fails: `{ErrStatus}` as a response (facts cloudhub-wire §3.6). */
export function bareError(request: Message, error: unknown): Message {
  return replyTo(request, { ...route, content: { ErrStatus: statusOf(error) } });
}
