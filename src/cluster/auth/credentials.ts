import { X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { kubeconfigYaml } from '../../kube/index.js';
import { EdgeError, writeFileAtomic } from '../../lib/index.js';
import { type Authority, type CertificateOptions, createAuthority, createKey, issuePair } from '../../wire/index.js';
import { adminGroup, componentGroup } from './user.js';

export interface Pair {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface Credentials {
  readonly caPem: string;
  readonly serving: Pair;
  /** How the API server shows itself to cloudcore's stream server. */
  readonly streamClient: Pair;
  /** For the scheduler and the controllers. */
  readonly component: Pair;
  /** Signs ServiceAccount tokens. */
  readonly tokenKeyPem: string;
}

const days = 365;
/** A start this close to the end of a certificate makes a new one. */
const renewBeforeMs = 60 * 86_400_000;

/**
 * The cluster's CA, certificates and kubeconfigs under `stateDir`, made when absent and renewed when near their end
 * or when the server's names have changed. Private files have mode 0600. `<stateDir>/kubeconfig` is the
 * administrator's, `<stateDir>/cluster/cloudcore.kubeconfig` cloudcore's. Throws `invalid` naming a damaged file.
 */
export async function ensureCredentials(
  stateDir: string,
  options: { readonly server: string; readonly names: readonly string[]; readonly now: Date },
): Promise<Credentials> {
  const { server, names, now } = options;
  const folder = join(stateDir, 'cluster');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authority = await ensureAuthority(folder, now);
  const pair = (name: string, wish: Omit<CertificateOptions, 'days' | 'publicKey' | 'now'>) =>
    ensurePair(folder, name, authority, { ...wish, days, now });
  const client = (commonName: string, organization: string) => ({
    subject: { commonName, organizations: [organization] },
    usages: ['client'] as const,
  });
  const serving = await pair('apiserver', {
    subject: { commonName: 'kube-apiserver' },
    usages: ['server'],
    dnsNames: names.filter((name) => isIP(name) === 0),
    ipAddresses: names.filter((name) => isIP(name) !== 0),
  });
  const admin = await pair('admin', client('kubernetes-admin', adminGroup));
  const cloudcore = await pair('cloudcore', client('cloudcore', componentGroup));
  const kubeconfig = (path: string, user: string, { certificatePem, keyPem }: Pair) =>
    writeWhenNew(
      path,
      kubeconfigYaml({
        server,
        caPem: authority.certificatePem,
        certPem: certificatePem,
        keyPem,
        cluster: 'skerry',
        user,
      }),
    );
  await kubeconfig(join(stateDir, 'kubeconfig'), 'kubernetes-admin', admin);
  await kubeconfig(join(folder, 'cloudcore.kubeconfig'), 'cloudcore', cloudcore);
  return {
    caPem: authority.certificatePem,
    serving,
    streamClient: await pair('apiserver-stream-client', client('kube-apiserver-kubelet-client', adminGroup)),
    component: await pair('components', client('system:kube-controller-manager', componentGroup)),
    tokenKeyPem: await ensureKey(join(folder, 'sa.key')),
  };
}

async function ensureAuthority(folder: string, now: Date): Promise<Authority> {
  const [certPath, keyPath] = [join(folder, 'ca.crt'), join(folder, 'ca.key')];
  const [certificatePem, keyPem] = [await readOptional(certPath), await readOptional(keyPath)];
  if (certificatePem !== undefined && keyPem !== undefined) {
    certificateOf(certificatePem, certPath);
    return { certificatePem, keyPem };
  }
  const made = await createAuthority({ commonName: 'skerry-cluster-ca', now });
  // The key first: a certificate without its key would be of no use to the next start.
  await writeFileAtomic(keyPath, made.keyPem, 0o600);
  await writeFileAtomic(certPath, made.certificatePem, 0o644);
  return made;
}

async function ensurePair(
  folder: string,
  name: string,
  authority: Authority,
  wish: Omit<CertificateOptions, 'publicKey'> & { now: Date },
): Promise<Pair> {
  const [certPath, keyPath] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const [certificatePem, keyPem] = [await readOptional(certPath), await readOptional(keyPath)];
  if (certificatePem !== undefined && keyPem !== undefined && isGood(certificatePem, authority, wish)) {
    return { certificatePem, keyPem };
  }
  const made = await issuePair(authority, wish);
  await writeFileAtomic(keyPath, made.keyPem, 0o600);
  await writeFileAtomic(certPath, made.certificatePem, 0o644);
  return made;
}

/** Of this CA, with time left, for all the names. A file that cannot be read is simply made anew. */
function isGood(
  pem: string,
  authority: Authority,
  { dnsNames = [], ipAddresses = [], now }: Omit<CertificateOptions, 'publicKey'> & { now: Date },
) {
  try {
    const certificate = new X509Certificate(pem);
    return (
      certificate.verify(new X509Certificate(authority.certificatePem).publicKey) &&
      Date.parse(certificate.validTo) - now.getTime() > renewBeforeMs &&
      dnsNames.every((name) => certificate.checkHost(name) !== undefined) &&
      ipAddresses.every((address) => certificate.checkIP(address) !== undefined)
    );
  } catch {
    return false;
  }
}

async function ensureKey(path: string): Promise<string> {
  const existing = await readOptional(path);
  if (existing !== undefined) return existing;
  const { keyPem } = createKey();
  await writeFileAtomic(path, keyPem, 0o600);
  return keyPem;
}

async function writeWhenNew(path: string, content: string): Promise<void> {
  if ((await readOptional(path)) !== content) await writeFileAtomic(path, content, 0o600);
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function certificateOf(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new EdgeError(
      'invalid',
      `${path} is not a certificate: restore it, or remove the folder to begin a new cluster`,
      { cause },
    );
  }
}
