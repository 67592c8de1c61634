import { errorFromStatus, type Status } from '../../kube/index.js';
import { EdgeError, type ErrorCode } from '../../lib/index.js';
import { type Message, operations, parseQueryError } from '../../wire/index.js';
import { isPlainObject } from './json.js';

/**
 * What a reply of the cloud says: the object it carries, or undefined for a bare `OK`. Throws the error
 * it stands for. Takes every form clouds use (facts cloudhub-wire §3.2, §6.3): ObjectResp, a bare object,
 * a bare `{"ErrStatus":…}` under operation `response` (a Go cloud's failed query), operation `error` with text.
 */
export function readReply(reply: Message): Record<string, unknown> | undefined {
  const { content } = reply;
  if (reply.operation === operations.error) throw errorOfText(content);
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
  return new EdgeError('unavailable', 'the cloud failed and did not say why');
}

/** The codes behind the reasons a text can carry. Any other failure may pass: it counts as the cloud's. */
const codeOfReason: Readonly<Record<string, ErrorCode>> = {
  BadRequest: 'invalid',
  Invalid: 'invalid',
  Unauthorized: 'denied',
  Forbidden: 'denied',
  NotFound: 'not-found',
  AlreadyExists: 'already-exists',
  Conflict: 'conflict',
  Gone: 'gone',
  Expired: 'gone',
  NotImplemented: 'unsupported',
};

function errorOfText(content: unknown): EdgeError {
  if (isPlainObject(content) && 'ErrStatus' in content) return errorOf(content);
  const { reason = '', message } = parseQueryError(content);
  const code = Object.hasOwn(codeOfReason, reason) ? codeOfReason[reason] : undefined;
  return new EdgeError(code ?? 'unavailable', message.slice(0, 1024));
}

function isStatus(value: unknown): value is Status {
  if (!isPlainObject(value)) return false;
  const { code, reason, message } = value;
  if (code !== undefined && typeof code !== 'number') return false;
  if (message !== undefined && typeof message !== 'string') return false;
  return typeof reason === 'string' || typeof code === 'number';
}
