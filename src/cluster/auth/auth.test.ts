import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAuthority, issuePair } from '../../wire/index.js';
import { startCluster } from '../testing/start-cluster.js';
import { ensureCredentials } from './credentials.js';

// Real sockets and disks on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'skerry-auth-'));
});
afterEach(() => rmSync(stateDir, { recursive: true }));

const now = new Date('2026-01-01T00:00:00Z');
const options = { server: 'https://127.0.0.1:6443', names: ['localhost', '127.0.0.1'], now };
const read = (name: string) => readFileSync(join(stateDir, name), 'utf8');

describe('the credentials of a cluster', () => {
  it('stay the same from start to start, and are private', async () => {
    const first = await ensureCredentials(stateDir, options);
    expect(await ensureCredentials(stateDir, options)).toEqual(first);
    for (const name of [
      'kubeconfig',
      'cluster/cloudcore.kubeconfig',
      'cluster/ca.key',
      'cluster/admin.key',
      'cluster/sa.key',
    ]) {
      expect(statSync(join(stateDir, name)).mode & 0o777).toBe(0o600);
    }
  });

  it('are renewed near their end, under the same CA', async () => {
    const first = await ensureCredentials(stateDir, options);
    const later = new Date('2026-11-15T00:00:00Z');
    const second = await ensureCredentials(stateDir, { ...options, now: later });
    expect(second.caPem).toBe(first.caPem);
    expect(second.serving.certificatePem).not.toBe(first.serving.certificatePem);
    expect(Date.parse(new X509Certificate(second.serving.certificatePem).validTo)).toBeGreaterThan(
      Date.parse('2027-11-01'),
    );
  });

  it('follow the names and the address of the server', async () => {
    const first = await ensureCredentials(stateDir, options);
    const second = await ensureCredentials(stateDir, {
      ...options,
      server: 'https://10.0.0.7:7443',
      names: [...options.names, '10.0.0.7', 'box.lan'],
    });
    const certificate = new X509Certificate(second.serving.certificatePem);
    expect([certificate.checkIP('10.0.0.7'), certificate.checkHost('box.lan')]).toEqual(['10.0.0.7', 'box.lan']);
    expect(second.component).toEqual(first.component);
    expect(read('kubeconfig')).toContain('https://10.0.0.7:7443');
  });

  it('are made anew where a file is damaged, but the CA is not thrown away', async () => {
    await ensureCredentials(stateDir, options);
    writeFileSync(join(stateDir, 'cluster/apiserver.crt'), 'rubbish');
    expect(new X509Certificate((await ensureCredentials(stateDir, options)).serving.certificatePem).subject).toContain(
      'kube-apiserver',
    );
    writeFileSync(join(stateDir, 'cluster/ca.crt'), 'rubbish');
    await expect(ensureCredentials(stateDir, options)).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('who asks', () => {
  it('is nobody without credentials, and nobody may see health and version only', async () => {
    await using cluster = await startCluster();
    const ask = (path: string) => cluster.ask('GET', path, { anonymous: true });
    for (const path of ['/healthz', '/readyz?verbose', '/livez', '/version']) expect((await ask(path)).code).toBe(200);
    expect((await ask('/apis')).code).toBe(403);
    const { code, body } = await ask('/api/v1/namespaces/default/secrets/s');
    expect([code, body.message]).toEqual([
      403,
      expect.stringContaining('User "system:anonymous" cannot get resource "secrets"'),
    ]);
  });

  it('is judged by certificate on every connection, and a foreign certificate is refused', async () => {
    await using cluster = await startCluster();
    const { ca, cert, key, server } = cluster.credentials;
    const codeWith = (credentials: { cert?: string | undefined; key?: string | undefined }) =>
      new Promise<number | undefined>((resolve, reject) => {
        const call = request(`${server}/api/v1/nodes`, { ca, ...credentials, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        call.on('error', reject);
        call.end();
      });
    expect(await Promise.all(Array.from({ length: 10 }, () => codeWith({ cert, key })))).toEqual(
      Array.from({ length: 10 }, () => 200),
    );
    const stranger = await issuePair(await createAuthority({ commonName: 'other' }), {
      subject: { commonName: 'kubernetes-admin', organizations: ['system:masters'] },
      usages: ['client'],
      days: 1,
    });
    expect(await codeWith({ cert: stranger.certificatePem, key: stranger.keyPem })).toBe(401);
  });
});
