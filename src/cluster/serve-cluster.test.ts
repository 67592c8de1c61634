import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createKubeClient, loadKubeconfig, resources } from '../kube/index.js';
import { startCluster } from './testing/start-cluster.js';

// Real sockets and disks on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

describe('the embedded cluster', () => {
  it('names the port that is taken', async () => {
    await using cluster = await startCluster();
    const port = Number(new URL(cluster.credentials.server).port);
    await expect(startCluster({ port })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(`port ${port} on 127.0.0.1 is taken`),
    });
  });

  it('goes on with its objects after a restart, custom kinds included', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'skerry-restart-'));
    const maps = '/api/v1/namespaces/default/configmaps';
    const schema = { openAPIV3Schema: { type: 'object' } };
    const definition = {
      metadata: { name: 'toys.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Cluster',
        names: { plural: 'toys', kind: 'Toy' },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    };
    try {
      const first = await startCluster({ stateDir });
      const before = (await first.ask('POST', maps, { body: { metadata: { name: 'kept' } } })).body;
      await first.ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: definition });
      await first.stop();
      const second = await startCluster({ stateDir });
      expect((await second.ask('GET', `${maps}/kept`)).body).toEqual(before);
      expect((await second.ask('GET', '/apis/example.com/v1/toys')).code).toBe(200);
      await second.stop();
    } finally {
      rmSync(stateDir, { recursive: true });
    }
  });

  it('lets cloudcore in with its own kubeconfig', async () => {
    await using cluster = await startCluster();
    const credentials = await loadKubeconfig(join(cluster.stateDir, 'cluster', 'cloudcore.kubeconfig'));
    await using client = createKubeClient(credentials);
    const { items } = await client.list(resources.namespaces, {});
    expect(items.map(({ metadata }) => metadata?.name)).toEqual([
      'default',
      'kube-node-lease',
      'kube-public',
      'kube-system',
    ]);
  });
});
