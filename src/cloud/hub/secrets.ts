import { type KubeApi, resources, type Secret } from '../../kube/index.js';
import { hasCode } from '../../lib/index.js';

export type SecretApi = Pick<KubeApi, 'get' | 'create' | 'patch'>;

/** Where KubeEdge keeps the secrets of its cloud part (facts cloudhub-wire §1.2). */
const cloudNamespace = 'kubeedge';

/** The bytes of the named secret by key; undefined when there is none. */
export async function readSecret(kube: SecretApi, name: string): Promise<Record<string, Buffer> | undefined> {
  try {
    const secret = await kube.get(resources.secrets, { namespace: cloudNamespace, name });
    return decode(secret);
  } catch (error) {
    if (hasCode(error, 'not-found')) return undefined;
    throw error;
  }
}

/**
 * Creates the secret unless another replica was faster; resolves with what is stored in the end.
 * So two replicas that start at once agree on one CA.
 */
export async function createSecretOnce(
  kube: SecretApi,
  name: string,
  data: Record<string, Buffer>,
): Promise<Record<string, Buffer>> {
  await ensureNamespace(kube);
  try {
    return decode(await kube.create(resources.secrets, secretOf(name, data)));
  } catch (error) {
    if (!hasCode(error, 'already-exists')) throw error;
    return decode(await kube.get(resources.secrets, { namespace: cloudNamespace, name }));
  }
}

/** Creates the secret or replaces the given keys of it. */
export async function writeSecret(kube: SecretApi, name: string, data: Record<string, Buffer>): Promise<void> {
  await ensureNamespace(kube);
  const secret = secretOf(name, data);
  try {
    await kube.create(resources.secrets, secret);
  } catch (error) {
    if (!hasCode(error, 'already-exists')) throw error;
    const key = { namespace: cloudNamespace, name };
    await kube.patch(resources.secrets, key, { kind: 'merge', body: { data: secret.data } });
  }
}

async function ensureNamespace(kube: SecretApi): Promise<void> {
  try {
    await kube.get(resources.namespaces, { name: cloudNamespace });
  } catch (error) {
    if (!hasCode(error, 'not-found')) throw error;
    await kube
      .create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: cloudNamespace } })
      .catch((fault: unknown) => {
        if (!hasCode(fault, 'already-exists')) throw fault;
      });
  }
}

const secretOf = (name: string, data: Record<string, Buffer>): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: cloudNamespace },
  type: 'Opaque',
  data: Object.fromEntries(Object.entries(data).map(([key, bytes]) => [key, bytes.toString('base64')])),
});

const decode = (secret: Secret): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(secret.data ?? {}).map(([key, text]) => [key, Buffer.from(text, 'base64')]));
