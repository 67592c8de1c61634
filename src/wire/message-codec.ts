import { EdgeError } from '../lib/index.js';
import { firstJsonValue } from './first-json-value.js';
import type { Message } from './message.js';

/** The largest frame taken from a peer, in bytes: far above what a Kubernetes object may weigh (about 1.5 MiB). */
export const maxMessageBytes = 16 * 1024 * 1024;

/** The JSON text of a message, without the line feed that ends a frame (facts cloudhub-wire §3.1). Empty fields are left out. */
export function encodeMessage(message: Message): string {
  return JSON.stringify({
    header: {
      msg_id: message.id,
      parent_msg_id: message.parentId || undefined,
      timestamp: message.timestamp,
      resourceversion: message.resourceVersion || undefined,
    },
    route: {
      source: message.source || undefined,
      group: message.group || undefined,
      operation: message.operation || undefined,
      resource: message.resource || undefined,
    },
    content: message.content ?? null,
  });
}

/**
 * Reads the first JSON value of a frame as a message. A `null` anywhere means the empty value, as in Go;
 * a field of another type, text that is not JSON, or a frame above `maxMessageBytes` throws `invalid` or `too-large`.
 */
export function decodeMessage(data: Buffer | string): Message {
  const size = typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength;
  if (size > maxMessageBytes) {
    throw new EdgeError('too-large', `message of ${size} bytes is larger than ${maxMessageBytes} bytes`);
  }
  const frame = record(firstJsonValue(data.toString()), 'message');
  const header = record(frame.header, 'header');
  const route = record(frame.route, 'route');
  return {
    id: text(header.msg_id, 'header.msg_id') ?? '',
    parentId: text(header.parent_msg_id, 'header.parent_msg_id'),
    timestamp: milliseconds(header.timestamp),
    resourceVersion: text(header.resourceversion, 'header.resourceversion'),
    source: text(route.source, 'route.source'),
    group: text(route.group, 'route.group'),
    operation: text(route.operation, 'route.operation'),
    resource: text(route.resource, 'route.resource'),
    content: frame.content ?? null,
  };
}

function record(value: unknown, field: string): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new EdgeError('invalid', `${field} is not a JSON object`);
  return value as Record<string, unknown>;
}

function text(value: unknown, field: string): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw new EdgeError('invalid', `${field} is not a string`);
  return value;
}

function milliseconds(value: unknown): number {
  if (value === null || value === undefined) return 0;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new EdgeError('invalid', 'header.timestamp is not an integer');
  }
  return value;
}
