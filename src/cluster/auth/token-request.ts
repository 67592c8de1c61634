import { z } from 'zod';
import { conflict, type KubeObject, notFound, type Pod, resources } from '../../kube/index.js';
import { badRequest, invalid } from '../refusals.js';

const shortest = 600;
const longest = 2 ** 32;
const standard = 3600;
/** What clients that never reload their token ask for: they get a year and a date to be warned from (facts kubernetes-api §13). */
export const extendedSeconds = 3607;

const requestSchema = z.looseObject({
  spec: z
    .looseObject({
      audiences: z.array(z.string().min(1)).nullish(),
      expirationSeconds: z.int().nullish(),
      boundObjectRef: z
        .looseObject({ kind: z.string().optional(), name: z.string().optional(), uid: z.string().optional() })
        .nullish(),
    })
    .nullish(),
});

/** Reads an object that a token is about, as it is now. */
export type FindObject = (
  plural: 'serviceaccounts' | 'pods',
  namespace: string,
  name: string,
) => KubeObject | undefined;

export interface TokenWish {
  /** Empty: for this server. */
  readonly audiences: readonly string[];
  readonly seconds: number;
  readonly bound: BoundReference | undefined;
}

export interface BoundReference {
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly uid?: string | undefined;
}

/** What a TokenRequest asks for. Throws 400 and 422. */
export function parseTokenRequest(request: KubeObject): TokenWish {
  const parsed = requestSchema.safeParse(request);
  if (!parsed.success) throw badRequest(`the body is not a TokenRequest: ${z.prettifyError(parsed.error)}`);
  const { audiences, expirationSeconds, boundObjectRef } = parsed.data.spec ?? {};
  const seconds = expirationSeconds ?? standard;
  requireLifetime(seconds);
  return { audiences: audiences ?? [], seconds, bound: boundObjectRef ?? undefined };
}

function requireLifetime(seconds: number): void {
  if (seconds >= shortest && seconds <= longest) return;
  const message =
    seconds < shortest
      ? `Invalid value: ${seconds}: may not specify a duration less than 10 minutes`
      : `Invalid value: ${seconds}: may not specify a duration larger than 2^32 seconds`;
  throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', [
    { field: 'spec.expirationSeconds', reason: 'FieldValueInvalid', message },
  ]);
}

/** Claims of a token that lives no longer than a pod. Throws 400, 404 and 409. */
export function boundTo(
  find: FindObject,
  namespace: string,
  account: string,
  bound: BoundReference | undefined,
): object {
  if (!bound) return {};
  const { kind, name = '', uid } = bound;
  if (kind !== 'Pod')
    throw badRequest(`spec.boundObjectRef.kind: ${JSON.stringify(kind)} is not supported, only Pod is`);
  const pod = find('pods', namespace, name) as Pod | undefined;
  if (!pod) throw notFound(resources.pods, name);
  if (uid && uid !== pod.metadata?.uid) {
    throw conflict(
      resources.pods,
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record`,
    );
  }
  if ((pod.spec?.serviceAccountName ?? 'default') !== account) {
    throw badRequest(`spec.boundObjectRef: pod "${name}" runs as another service account`);
  }
  const node = pod.spec?.nodeName;
  return { pod: { name, uid: pod.metadata?.uid }, ...(node && { node: { name: node } }) };
}
