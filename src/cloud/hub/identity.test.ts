import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createFakeKubeApi, resources } from '../../kube/index.js';
import { loadCloudConfig } from '../config/index.js';
import { ensureIdentity } from './identity.js';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function replica(kube = createFakeKubeApi(), advertiseAddress = ['10.0.0.1'], kept?: string) {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'skerry-identity-')));
  if (kept === undefined) folders.push(folder);
  const files = {
    tlsCAFile: join(folder, 'ca.crt'),
    tlsCAKeyFile: join(folder, 'ca.key'),
    tlsCertFile: join(folder, 'tls.crt'),
    tlsPrivateKeyFile: join(folder, 'tls.key'),
  };
  const { cloudHub } = loadCloudConfig(
    JSON.stringify({ modules: { cloudHub: { ...files, advertiseAddress } } }),
  ).modules;
  return { kube, folder, files, ensure: () => ensureIdentity({ kube, config: cloudHub, now: () => new Date() }) };
}

describe('the identity of a cloud', () => {
  it('is made once and shared through the secrets', async () => {
    const first = await replica();
    const made = await first.ensure();
    const secret = await first.kube.get(resources.secrets, { namespace: 'kubeedge', name: 'casecret' });
    expect(secret.data?.cadata).toBe(made.caDer.toString('base64'));
    expect(secret.data?.cakeydata).toBe(made.caKeyDer.toString('base64'));
    const second = await (await replica(first.kube)).ensure();
    expect(second.caDer).toEqual(made.caDer);
    expect(second.leaf).toEqual(made.leaf);
    expect(await readFile(first.files.tlsCAKeyFile, 'utf8')).toContain('BEGIN EC PRIVATE KEY');
  });

  it('is one when two replicas start at the same moment', async () => {
    const kube = createFakeKubeApi();
    const replicas = await Promise.all([replica(kube), replica(kube)]);
    const [one, other] = await Promise.all(replicas.map(({ ensure }) => ensure()));
    expect(one?.caDer).toEqual(other?.caDer);
  });

  it('gets a new leaf, and the same CA, when another address is advertised', async () => {
    const first = await replica();
    const before = await first.ensure();
    const after = await (await replica(first.kube, ['10.0.0.2'], first.folder)).ensure();
    expect(after.caDer).toEqual(before.caDer);
    const leaf = new X509Certificate(after.leaf.certificatePem);
    expect(leaf.checkIP('10.0.0.2')).toBe('10.0.0.2');
    expect(leaf.verify(new X509Certificate(after.authority.certificatePem).publicKey)).toBe(true);
  });

  it('refuses half a pair by file name', async () => {
    const broken = await replica();
    await writeFile(broken.files.tlsCAFile, 'x');
    await expect(broken.ensure()).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('ca.key'),
    });
  });
});
