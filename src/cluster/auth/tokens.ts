import { createPublicKey, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { KubeObject } from '../../kube/index.js';
import { readPrivateKey } from '../../wire/index.js';
import { unauthorized } from '../refusals.js';
import { timestamp } from '../timestamp.js';
import { boundTo, extendedSeconds, type FindObject, parseTokenRequest } from './token-request.js';
import type { User } from './user.js';

const tokenIssuer = 'https://kubernetes.default.svc.cluster.local';

const yearSeconds = 365 * 86_400;

const reference = z.looseObject({ name: z.string(), uid: z.string() });
const claimsSchema = z.looseObject({
  'kubernetes.io': z.looseObject({
    namespace: z.string(),
    serviceaccount: reference,
    pod: reference.optional(),
  }),
});
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
      const wish = parseTokenRequest(request);
      const { seconds, bound } = wish;
      const audiences = wish.audiences.length > 0 ? [...wish.audiences] : [tokenIssuer];
      const issued = Math.floor(now().getTime() / 1000);
      const { namespace = '', name = '', uid = '' } = account.metadata ?? {};
      const about = {
        namespace,
        serviceaccount: { name, uid },
        ...boundTo(find, namespace, name, bound),
        ...(seconds === extendedSeconds && { warnafter: issued + extendedSeconds }),
      };
      const token = await new SignJWT({ 'kubernetes.io': about })
        .setProtectedHeader({ alg: 'ES256', kid: (await jwk()).kid })
        .setIssuer(tokenIssuer)
        .setSubject(`system:serviceaccount:${namespace}:${name}`)
        .setAudience(audiences)
        .setIssuedAt(issued)
        .setNotBefore(issued)
        .setExpirationTime(issued + (seconds === extendedSeconds ? yearSeconds : seconds))
        .setJti(randomUUID())
        .sign(privateKey);
      const answer = {
        kind: 'TokenRequest',
        apiVersion: 'authentication.k8s.io/v1',
        metadata: { name, namespace, creationTimestamp: timestamp(now()) },
        spec: {
          audiences,
          expirationSeconds: seconds,
          ...(bound && { boundObjectRef: bound }),
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
