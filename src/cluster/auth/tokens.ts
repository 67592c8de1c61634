import { createPublicKey, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { conflict, type KubeObject, notFound, type Pod, resources } from '../../kube/index.js';
import { readPrivateKey } from '../../wire/index.js';
import { badRequest, invalid, unauthorized } from '../refusals.js';
import { timestamp } from '../timestamp.js';
import type { User } from './user.js';

export const tokenIssuer = 'https://kubernetes.default.svc.cluster.local';

const shortest = 600;
const longest = 2 ** 32;
const standard = 3600;
/** What clients that never reload their token ask for: they get a year and a date to be warned from (facts kubernetes-api §13). */
const extended = 3607;
const yearSeconds = 365 * 86_400;

const reference = z.looseObject({ name: z.string(), uid: z.string() });
const claimsSchema = z.looseObject({
  'kubernetes.io': z.looseObject({
    namespace: z.string(),
    serviceaccount: reference,
    pod: reference.optional(),
  }),
});
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

export interface TokenAuthority {
  /** Answers a TokenRequest. Throws 400, 404, 409 and 422. */
  issue(account: KubeObject, request: KubeObject): Promise<KubeObject>;
  /** The account a token stands for. Throws 401. */
  verify(token: string): Promise<User>;
  /** OpenID documents by path. */
  documents(): Promise<ReadonlyMap<string, object>>;
}

export function createTokenAuthority(options: { keyPem: string; find: FindObject; now: () => Date }): TokenAuthority {
  const { keyPem, find, now } = options;
  const privateKey = readPrivateKey(keyPem);
  const publicKey = createPublicKey(privateKey);
  const jwk = async () => {
    const key = await exportJWK(publicKey);
    return { ...key, kid: await calculateJwkThumbprint(key), alg: 'ES256', use: 'sig' };
  };

  return {
    async issue(account, request) {
      const parsed = requestSchema.safeParse(request);
      if (!parsed.success) throw badRequest(`the body is not a TokenRequest: ${z.prettifyError(parsed.error)}`);
      const spec = parsed.data.spec ?? {};
      const audiences = spec.audiences?.length ? spec.audiences : [tokenIssuer];
      const seconds = spec.expirationSeconds ?? standard;
      requireLifetime(seconds);
      const issued = Math.floor(now().getTime() / 1000);
      const { namespace = '', name = '', uid = '' } = account.metadata ?? {};
      const about = {
        namespace,
        serviceaccount: { name, uid },
        ...boundTo(find, namespace, name, spec.boundObjectRef ?? undefined),
        ...(seconds === extended && { warnafter: issued + extended }),
      };
      const token = await new SignJWT({ 'kubernetes.io': about })
        .setProtectedHeader({ alg: 'ES256', kid: (await jwk()).kid })
        .setIssuer(tokenIssuer)
        .setSubject(`system:serviceaccount:${namespace}:${name}`)
        .setAudience(audiences)
        .setIssuedAt(issued)
        .setNotBefore(issued)
        .setExpirationTime(issued + (seconds === extended ? yearSeconds : seconds))
        .setJti(randomUUID())
        .sign(privateKey);
      const answer = {
        kind: 'TokenRequest',
        apiVersion: 'authentication.k8s.io/v1',
        metadata: { name, namespace, creationTimestamp: timestamp(now()) },
        spec: {
          audiences,
          expirationSeconds: seconds,
          ...(spec.boundObjectRef && { boundObjectRef: spec.boundObjectRef }),
        },
        status: { token, expirationTimestamp: timestamp(new Date((issued + seconds) * 1000)) },
      };
      return answer;
    },

    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, publicKey, {
          issuer: tokenIssuer,
          audience: tokenIssuer,
          algorithms: ['ES256'],
          currentDate: now(),
        });
        const { namespace, serviceaccount, pod } = claimsSchema.parse(payload)['kubernetes.io'];
        const isAlive = (kind: 'serviceaccounts' | 'pods', { name, uid }: { name: string; uid: string }) =>
          find(kind, namespace, name)?.metadata?.uid === uid;
        if (!isAlive('serviceaccounts', serviceaccount) || (pod && !isAlive('pods', pod))) throw unauthorized();
        return {
          name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
          groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
        };
      } catch {
        // Whatever is wrong with a token, its bearer learns only that it does not count.
        throw unauthorized();
      }
    },

    async documents() {
      return new Map<string, object>([
        ['/openid/v1/jwks', { keys: [await jwk()] }],
        [
          '/.well-known/openid-configuration',
          {
            issuer: tokenIssuer,
            jwks_uri: `${tokenIssuer}/openid/v1/jwks`,
            response_types_supported: ['id_token'],
            subject_types_supported: ['public'],
            id_token_signing_alg_values_supported: ['ES256'],
          },
        ],
      ]);
    },
  };
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

/** Claims of a token that lives no longer than a pod. */
function boundTo(
  find: FindObject,
  namespace: string,
  account: string,
  bound: { kind?: string | undefined; name?: string | undefined; uid?: string | undefined } | undefined,
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
