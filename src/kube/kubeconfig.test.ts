import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { kubeconfigYaml, loadKubeconfig, mergePatch } from './index.js';

const written = kubeconfigYaml({
  server: 'https://127.0.0.1:6443',
  caPem: 'CA',
  certPem: 'CERT',
  keyPem: 'KEY',
  cluster: 'skerry',
  user: 'admin',
});
type Config = {
  users: { user: Record<string, unknown> }[];
  clusters: { cluster: Record<string, unknown> }[];
  contexts: unknown[];
};

describe('a kubeconfig', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const load = async (content: string) => {
    const path = join(folder, 'config');
    await writeFile(path, content);
    return await loadKubeconfig(path);
  };
  const changed = (change: (config: Config) => void) => {
    const config = parse(written) as Config;
    change(config);
    return stringify(config);
  };

  it('reads back what it writes', async () => {
    expect(await load(written)).toMatchObject({
      server: 'https://127.0.0.1:6443',
      ca: 'CA',
      cert: 'CERT',
      key: 'KEY',
      token: undefined,
    });
  });

  it('reads certificates and tokens from files beside it', async () => {
    await writeFile(join(folder, 'ca.pem'), 'FILE CA');
    await writeFile(join(folder, 'token'), 'abc\n');
    const config = changed((c) => {
      c.clusters[0]!.cluster = { server: 'https://x', 'certificate-authority': 'ca.pem', 'tls-server-name': 'api' };
      c.users[0]!.user = { tokenFile: 'token' };
    });
    expect(await load(config)).toEqual({
      server: 'https://x',
      ca: 'FILE CA',
      cert: undefined,
      key: undefined,
      token: 'abc',
      serverName: 'api',
    });
  });

  it.each<[string, { user?: object; cluster?: object; contexts?: unknown[] }, string]>([
    ['an exec plugin', { user: { exec: { command: 'aws' } } }, 'exec is not supported'],
    ['a password', { user: { username: 'x', password: 'y' } }, 'username is not supported'],
    ['unverified TLS', { cluster: { 'insecure-skip-tls-verify': true } }, 'insecure-skip-tls-verify is not supported'],
    ['a missing server', { cluster: { server: null } }, 'clusters.0.cluster.server'],
    ['a missing context', { contexts: [] }, 'current-context: no entry is named "skerry"'],
    [
      'a missing file',
      { cluster: { 'certificate-authority-data': null, 'certificate-authority': 'none.pem' } },
      'cannot be read',
    ],
  ])('refuses %s', async (_what, { user = {}, cluster = {}, contexts }, message) => {
    const config = changed((c) => {
      c.users[0]!.user = mergePatch(c.users[0]!.user, user) as Record<string, unknown>;
      c.clusters[0]!.cluster = mergePatch(c.clusters[0]!.cluster, cluster) as Record<string, unknown>;
      c.contexts = contexts ?? c.contexts;
    });
    await expect(load(config)).rejects.toThrow(message);
  });

  it('refuses what is not YAML, and names an absent file', async () => {
    await expect(load('a: [')).rejects.toThrow('is not YAML');
    await expect(loadKubeconfig(join(folder, 'absent'))).rejects.toMatchObject({ code: 'not-found' });
  });
});
