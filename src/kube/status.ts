import { EdgeError, type ErrorCode } from '../lib/index.js';
import type { ResourceType } from './kube-api.js';
import type { Status } from './objects.js';

/** The full Status object of a refused request; found as `cause` of the EdgeError a caller branches on. */
export class KubeStatusError extends Error {
  override readonly name = 'KubeStatusError';
  readonly status: Status;

  constructor(status: Status) {
    super(status.message ?? status.reason ?? `HTTP ${status.code ?? 500}`);
    this.status = status;
  }
}

const codeOfHttp: Record<number, ErrorCode> = {
  400: 'invalid',
  401: 'denied',
  403: 'denied',
  404: 'not-found',
  405: 'unsupported',
  406: 'unsupported',
  408: 'timeout',
  409: 'conflict',
  410: 'gone',
  413: 'too-large',
  415: 'unsupported',
  422: 'invalid',
  429: 'unavailable',
  501: 'unsupported',
  504: 'timeout',
};

/** What a Status means to a caller (facts kubernetes-api §3); the Status itself stays reachable through `statusOf`. */
export function errorFromStatus(status: Status): EdgeError {
  const http = status.code ?? 500;
  const fallback: ErrorCode = http >= 500 ? 'unavailable' : http >= 400 ? 'invalid' : 'internal';
  const code = status.reason === 'AlreadyExists' ? 'already-exists' : (codeOfHttp[http] ?? fallback);
  const cause = new KubeStatusError(status);
  return new EdgeError(code, cause.message, { cause });
}

const httpOfCode: Record<ErrorCode, [code: number, reason: string]> = {
  invalid: [400, 'BadRequest'],
  denied: [403, 'Forbidden'],
  'not-found': [404, 'NotFound'],
  'already-exists': [409, 'AlreadyExists'],
  conflict: [409, 'Conflict'],
  gone: [410, 'Expired'],
  'too-large': [413, 'RequestEntityTooLarge'],
  timeout: [504, 'Timeout'],
  unavailable: [503, 'ServiceUnavailable'],
  unsupported: [501, 'NotImplemented'],
  internal: [500, 'InternalError'],
};

/**
 * The Status to answer with: the one the error carries, or one made from its code. What is not an
 * EdgeError becomes a bare InternalError, so that nothing of our insides reaches the wire.
 */
export function statusOf(error: unknown): Status {
  if (error instanceof KubeStatusError) return error.status;
  if (!(error instanceof EdgeError)) return failureStatus(500, 'InternalError', 'Internal error occurred');
  if (error.cause instanceof KubeStatusError) return error.cause.status;
  const [code, reason] = httpOfCode[error.code];
  return failureStatus(code, reason, error.message);
}

/** A Status of a failed request, in the member order servers use. */
export function failureStatus(code: number, reason: string, message: string, details?: Status['details']): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details ? { details } : {}),
    code,
  };
}

const qualified = (type: ResourceType) => (type.group === '' ? type.plural : `${type.plural}.${type.group}`);
const detailsOf = (type: ResourceType, name: string) => ({
  name,
  kind: type.plural,
  ...(type.group ? { group: type.group } : {}),
});

/** 404 with the text of facts kubernetes-api §3. */
export function notFound(type: ResourceType, name: string): EdgeError {
  return errorFromStatus(
    failureStatus(404, 'NotFound', `${qualified(type)} "${name}" not found`, detailsOf(type, name)),
  );
}

/** 409 for a create of a name that is taken. */
export function alreadyExists(type: ResourceType, name: string): EdgeError {
  const message = `${qualified(type)} "${name}" already exists`;
  return errorFromStatus(failureStatus(409, 'AlreadyExists', message, detailsOf(type, name)));
}

/** 409 for a write based on an old version; `why` replaces the usual explanation. */
export function conflict(
  type: ResourceType,
  name: string,
  why = 'the object has been modified; please apply your changes to the latest version and try again',
): EdgeError {
  const message = `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${why}`;
  return errorFromStatus(failureStatus(409, 'Conflict', message, detailsOf(type, name)));
}

/** 410 for a list or watch from a version whose history is gone. */
export function expired(asked: string, oldest: string): EdgeError {
  return errorFromStatus(failureStatus(410, 'Expired', `too old resource version: ${asked} (${oldest})`));
}
