import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../lib/index.js';
import { createAuthority, issuePair } from '../../wire/index.js';
import type { Layout } from './layout.js';

const days = 3650;

/**
 * The certificate of cloudcore's stream server and the CA the cluster verifies it with: what a
 * KubeEdge operator makes with a script beforehand (facts stream-tunnel §1). Made once.
 */
export async function ensureStreamCertificates(layout: Layout): Promise<void> {
  const keyFile = join(layout.stream, 'stream.key');
  if (await exists(keyFile)) return;
  await mkdir(layout.stream, { recursive: true, mode: 0o700 });
  const authority = await createAuthority({ commonName: 'skerry-stream' });
  const { certificatePem, keyPem } = await issuePair(authority, {
    subject: { commonName: 'cloudcore' },
    usages: ['server'],
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    days,
  });
  await writeFileAtomic(join(layout.stream, 'streamCA.crt'), authority.certificatePem);
  await writeFileAtomic(join(layout.stream, 'stream.crt'), certificatePem);
  // Last: its presence says that the other two are complete.
  await writeFileAtomic(keyFile, keyPem, 0o600);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
