import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../lib/index.js';
import { issuePair } from '../../wire/index.js';
import type { Layout } from './layout.js';

const days = 3650;

/**
 * The certificate of cloudcore's stream server, from the CA of the running cluster: what a KubeEdge
 * operator makes with a script beforehand (facts stream-tunnel §2). A new one at every start.
 */
export async function issueStreamCertificate(layout: Layout): Promise<void> {
  await mkdir(layout.stream, { recursive: true, mode: 0o700 });
  const authority = {
    certificatePem: await readFile(layout.clusterCa, 'utf8'),
    keyPem: await readFile(layout.clusterCaKey, 'utf8'),
  };
  const { certificatePem, keyPem } = await issuePair(authority, {
    subject: { commonName: 'cloudcore' },
    usages: ['server'],
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    days,
  });
  await writeFileAtomic(join(layout.stream, 'stream.crt'), certificatePem);
  await writeFileAtomic(join(layout.stream, 'stream.key'), keyPem, 0o600);
}
