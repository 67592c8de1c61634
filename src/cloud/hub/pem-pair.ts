import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EdgeError, writeFileAtomic } from '../../lib/index.js';
import { derOf, pemOf, privateKeyPem } from '../../wire/index.js';

/** A certificate and its private key, in PEM. */
export interface PemPair {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export interface PairFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Reads a pair from its files; undefined when both are missing, `invalid` when only one is (facts cloudhub-wire §1.2). */
export async function readPair(files: PairFiles): Promise<PemPair | undefined> {
  const [certificate, key] = await Promise.all([readIfThere(files.certificate), readIfThere(files.key)]);
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    const [there, missing] =
      certificate === undefined ? [files.key, files.certificate] : [files.certificate, files.key];
    throw new EdgeError('invalid', `${there} is there but ${missing} is missing; put both in place or remove both`);
  }
  // Keys written by a Go cloud carry a label OpenSSL does not accept.
  return { certificatePem: pemOf('CERTIFICATE', derOf(certificate)), keyPem: privateKeyPem(key) };
}

/** Writes the pair, the key readable by its owner only; files that already hold it are left alone. */
export async function writePair(files: PairFiles, pair: PemPair): Promise<void> {
  await writeIfChanged(files.key, pair.keyPem, 0o600);
  await writeIfChanged(files.certificate, pair.certificatePem, 0o644);
}

async function writeIfChanged(path: string, text: string, mode: number): Promise<void> {
  if ((await readIfThere(path)) === text) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, text, mode);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new EdgeError('invalid', `${path} cannot be read`, { cause: error });
  }
}
