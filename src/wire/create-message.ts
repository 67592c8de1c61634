import { randomUUID } from 'node:crypto';
import type { Message } from './message.js';
import { operations } from './names.js';

export type MessageFields = Partial<Omit<Message, 'id' | 'timestamp'>> & {
  readonly operation: string;
  readonly resource: string;
  readonly content: unknown;
};

/** A new message: fresh UUID, the present time. */
export function createMessage(fields: MessageFields): Message {
  return { id: randomUUID(), timestamp: Date.now(), ...fields };
}

/**
 * The answer to `request`: new id, parent set, same resource, operation `response` unless given
 * (facts cloudhub-wire §3.5).
 */
export function replyTo(
  request: Message,
  fields: Partial<Omit<Message, 'id' | 'timestamp' | 'parentId'>> & { readonly content: unknown },
): Message {
  const { operation = operations.response, resource = request.resource ?? '' } = fields;
  return createMessage({ ...fields, operation, resource, parentId: request.id });
}

/** The edge's word that it has stored `message`: `OK` with source, group and resource echoed. */
export function ackOf(message: Message): Message {
  return replyTo(message, { source: message.source, group: message.group, content: 'OK' });
}
