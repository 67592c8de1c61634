import { X509Certificate } from 'node:crypto';
import {
  type Authority,
  createAuthority,
  derOf,
  issuePair,
  pemOf,
  privateKeyDer,
  privateKeyPem,
} from '../../wire/index.js';
import type { CloudConfig } from '../config/index.js';
import { type PemPair, readPair, writePair } from './pem-pair.js';
import { createSecretOnce, readSecret, type SecretApi, writeSecret } from './secrets.js';

/** Who this cloud is to its edges. */
export interface HubIdentity {
  readonly authority: Authority;
  readonly caDer: Buffer;
  /** SEC 1 for EC keys; also what join tokens are keyed with. */
  readonly caKeyDer: Buffer;
  /** Serves 10000, 10002 and 10004. */
  readonly leaf: PemPair;
}

const caSecret = 'casecret';
const leafSecret = 'cloudcoresecret';
const validDays = 36_400;
const renewBeforeMs = 30 * 86_400_000;

/**
 * The CA and the server certificate: local files, else the shared secret, else new; then kept in both
 * places (facts cloudhub-wire §1.2). The leaf is made anew when it is not of this CA, does not cover the
 * advertised names, or nears its end.
 */
export async function ensureIdentity(options: {
  readonly kube: SecretApi;
  readonly config: CloudConfig['modules']['cloudHub'];
  readonly now: () => Date;
}): Promise<HubIdentity> {
  const { kube, config, now } = options;
  const authority = await ensureAuthority(kube, { certificate: config.tlsCAFile, key: config.tlsCAKeyFile }, now());
  const leaf = await ensureLeaf(kube, config, authority, now());
  return {
    authority,
    caDer: derOf(authority.certificatePem),
    caKeyDer: privateKeyDer(authority.keyPem),
    leaf,
  };
}

async function ensureAuthority(
  kube: SecretApi,
  files: { certificate: string; key: string },
  now: Date,
): Promise<Authority> {
  const local = await readPair(files);
  if (local) {
    await writeSecret(kube, caSecret, asCaData(local));
    return local;
  }
  const shared =
    pairOf(await readSecret(kube, caSecret), 'cadata', 'cakeydata') ??
    pairOf(
      await createSecretOnce(kube, caSecret, asCaData(await createAuthority({ commonName: 'KubeEdge', now }))),
      'cadata',
      'cakeydata',
    );
  const authority = shared ?? (await replaceBrokenAuthority(kube, now));
  await writePair(files, authority);
  return authority;
}

/** A secret without usable keys in it is of no use to any replica. */
async function replaceBrokenAuthority(kube: SecretApi, now: Date): Promise<Authority> {
  const authority = await createAuthority({ commonName: 'KubeEdge', now });
  await writeSecret(kube, caSecret, asCaData(authority));
  return authority;
}

async function ensureLeaf(
  kube: SecretApi,
  config: CloudConfig['modules']['cloudHub'],
  authority: Authority,
  now: Date,
): Promise<PemPair> {
  const files = { certificate: config.tlsCertFile, key: config.tlsPrivateKeyFile };
  const dnsNames = [...config.dnsNames.filter((name) => name !== ''), 'localhost'];
  const ipAddresses = [...new Set([...config.advertiseAddress, '127.0.0.1'])];
  const fits = (pair: PemPair | undefined) =>
    pair !== undefined && isUsable(pair.certificatePem, authority.certificatePem, dnsNames, ipAddresses, now);

  const local = await readPair(files);
  const known = fits(local) ? local : pairOf(await readSecret(kube, leafSecret), 'cloudcoredata', 'cloudcorekeydata');
  const leaf =
    known !== undefined && fits(known)
      ? known
      : await issuePair(authority, {
          subject: { commonName: 'KubeEdge', organizations: ['KubeEdge'] },
          usages: ['server'],
          dnsNames,
          ipAddresses,
          days: validDays,
          now,
        });
  await writeSecret(kube, leafSecret, {
    cloudcoredata: derOf(leaf.certificatePem),
    cloudcorekeydata: privateKeyDer(leaf.keyPem),
  });
  await writePair(files, leaf);
  return leaf;
}

function isUsable(leafPem: string, caPem: string, dnsNames: string[], ipAddresses: string[], now: Date): boolean {
  const leaf = new X509Certificate(leafPem);
  return (
    leaf.verify(new X509Certificate(caPem).publicKey) &&
    Date.parse(leaf.validTo) - now.getTime() > renewBeforeMs &&
    dnsNames.every((name) => leaf.checkHost(name) !== undefined) &&
    ipAddresses.every((address) => leaf.checkIP(address) !== undefined)
  );
}

const asCaData = (pair: PemPair) => ({
  cadata: derOf(pair.certificatePem),
  cakeydata: privateKeyDer(pair.keyPem),
});

function pairOf(data: Record<string, Buffer> | undefined, certificate: string, key: string): PemPair | undefined {
  const certificateDer = data?.[certificate];
  const keyDer = data?.[key];
  if (!certificateDer?.length || !keyDer?.length) return undefined;
  return { certificatePem: pemOf('CERTIFICATE', certificateDer), keyPem: privateKeyPem(keyDer) };
}
