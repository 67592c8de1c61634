import { errorFromStatus, failureStatus, type Status } from '../kube/index.js';
import type { EdgeError } from '../lib/index.js';
import type { FieldError, Kind } from './kind.js';

// The Status objects of facts kubernetes-api §3 that src/kube does not make already.

const refuse = (code: number, reason: string, message: string, details?: Status['details']): EdgeError =>
  errorFromStatus(failureStatus(code, reason, message, details));

/** `deployments.apps` */
export function qualifiedName({ type }: Kind): string {
  return type.group === '' ? type.plural : `${type.plural}.${type.group}`;
}

const detailsOf = ({ type }: Kind, name: string) => ({
  name,
  ...(type.group !== '' && { group: type.group }),
  kind: type.plural,
});

export const badRequest = (message: string) => refuse(400, 'BadRequest', message);

export const unauthorized = () => refuse(401, 'Unauthorized', 'Unauthorized');

export const noSuchResource = () => refuse(404, 'NotFound', 'the server could not find the requested resource', {});

export const notAllowed = () =>
  refuse(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

export const notAcceptable = (offered: readonly string[]) =>
  refuse(406, 'NotAcceptable', `only the following media types are accepted: ${offered.join(', ')}`);

export const unsupportedMedia = (accepted: readonly string[]) =>
  refuse(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

export const notImplemented = (what: string) =>
  refuse(501, 'NotImplemented', `${what} is not supported by this cluster yet`);

export const forbidden = (kind: Kind, name: string, why: string, causes?: NonNullable<Status['details']>['causes']) =>
  refuse(403, 'Forbidden', `${qualifiedName(kind)} "${name}" is forbidden: ${why}`, {
    ...detailsOf(kind, name),
    ...(causes && { causes }),
  });

export const tooLargeVersion = (asked: number, current: number) =>
  refuse(504, 'Timeout', `Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });

/** 422 naming every wrong field. */
export function invalid(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
) {
  const subject = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  const texts = errors.map(({ field, message }) => `${field}: ${message}`);
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return refuse(422, 'Invalid', `${subject} "${name}" is invalid: ${list}`, {
    name,
    ...(kind.group !== '' && { group: kind.group }),
    kind: kind.kind,
    causes: errors.map(({ field, reason, message }) => ({ reason, message, field })),
  });
}

/** 422 about one query parameter of a list or watch. */
export const invalidOption = (field: string, message: string) =>
  invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [
    { field, reason: 'FieldValueForbidden', message: `Forbidden: ${message}` },
  ]);
