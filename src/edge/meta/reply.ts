import { errorFromStatus, type Status } from '../../kube/index.js';
import { EdgeError } from '../../lib/index.js';
import { type Message, operations } from '../../wire/index.js';
import { isPlainObject } from './json.js';

/**
 * What a reply of the cloud says: the object it carries, or undefined for a bare `OK`. Throws the error
 * it stands for. Takes every form clouds use (facts cloudhub-wire §3.2, §6.3): ObjectResp, a bare object,
 * a bare `{"ErrStatus":…}` under operation `response` (a Go cloud's failed query), operation `error` with text.
 */
export function readReply(reply: Message): Record<string, unknown> | undefined {
  const { content } = reply;
  if (reply.operation === operations.error) throw errorOf(content);
  if (content === 'OK') return undefined;
  if (!isPlainObject(content)) throw new EdgeError('unavailable', 'the cloud answered with neither an object nor OK');
  if ('ErrStatus' in content) throw errorOf(content);
  if (!('Err' in content && 'Object' in content)) {
    // Go writes an error it cannot serialise as {} (facts cloudhub-wire §3.2).
    if (Object.keys(content).length === 0) throw errorOf(content);
    return content;
  }
  if (content.Err !== null) throw errorOf(content.Err);
  if (!isPlainObject(content.Object)) throw new EdgeError('unavailable', 'the cloud reports success without an object');
  return content.Object;
}

function errorOf(content: unknown): EdgeError {
  if (isPlainObject(content) && isStatus(content.ErrStatus)) return errorFromStatus(content.ErrStatus);
  if (isStatus(content)) return errorFromStatus(content);
  if (typeof content === 'string' && content !== '') {
    // Operation `error` carries text alone, and absence must be told from failure: this ending is the API server's.
    return new EdgeError(/ not found$/.test(content) ? 'not-found' : 'unavailable', content.slice(0, 1024));
  }
  return new EdgeError('unavailable', 'the cloud failed and did not say why');
}

function isStatus(value: unknown): value is Status {
  if (!isPlainObject(value)) return false;
  const { code, reason, message } = value;
  if (code !== undefined && typeof code !== 'number') return false;
  if (message !== undefined && typeof message !== 'string') return false;
  return typeof reason === 'string' || typeof code === 'number';
}
