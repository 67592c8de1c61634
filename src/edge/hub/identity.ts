import { createPublicKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EdgeError, messageOf, writeFileAtomic } from '../../lib/index.js';
import { nodeCommonName, publicKeyOf, readCertificate } from '../../wire/index.js';
import type { HubConfig } from './hub-config.js';

/** Who this node is to the cloud, and whom it believes. PEM texts. */
export interface Identity {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

type Files = Pick<HubConfig, 'caFile' | 'certFile' | 'keyFile' | 'node'>;

/**
 * The identity on disk; undefined when there is none, it is another node's, or key and certificate do not
 * belong together: then the node joins anew. Expiry is not looked at, as a Go edge does
 * (facts cloudhub-wire §1.5). A file that is there and cannot be read throws `denied`.
 */
export async function loadIdentity({ caFile, certFile, keyFile, node }: Files): Promise<Identity | undefined> {
  const [ca, cert, key] = await Promise.all([readText(caFile), readText(certFile), readText(keyFile)]);
  if (ca === undefined || cert === undefined || key === undefined) return undefined;
  return belongsTo(node, { cert, key }) ? { ca, cert, key } : undefined;
}

/** Key first: a stop in between leaves a pair that does not match, which is joined anew, never one that is trusted. */
export async function saveIdentity(files: Files, { ca, cert, key }: Identity): Promise<void> {
  for (const file of [files.caFile, files.certFile, files.keyFile]) await mkdir(dirname(file), { recursive: true });
  await writeFileAtomic(files.caFile, ca, 0o644);
  await writeFileAtomic(files.keyFile, key, 0o600);
  await writeFileAtomic(files.certFile, cert, 0o644);
}

/** True when the certificate is the node's and made for the key. */
export function belongsTo(node: string, { cert, key }: Pick<Identity, 'cert' | 'key'>): boolean {
  try {
    if (readCertificate(cert).commonName !== nodeCommonName(node)) return false;
    const certified = new X509Certificate(cert).publicKey;
    return createPublicKey(certified.export({ type: 'spki', format: 'pem' })).equals(publicKeyOf(key));
  } catch {
    // What cannot be parsed belongs to nobody.
    return false;
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new EdgeError('denied', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
