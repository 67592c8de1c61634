import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCluster } from '../../../src/cluster/index.js';
import { createKubeClient, loadKubeconfig, resources } from '../../../src/kube/index.js';
import { silentLog } from '../../../src/lib/index.js';
import { kubeApiContract } from './kube-api-contract.js';

async function openCluster() {
  const stateDir = await mkdtemp(join(tmpdir(), 'skerry-contract-'));
  const stop = new AbortController();
  let done: Promise<void> = Promise.resolve();
  const kubeconfig = await new Promise<string>((resolve, reject) => {
    const onReady = (ready: { kubeconfig: string }) => resolve(ready.kubeconfig);
    const options = { stateDir, address: '127.0.0.1', port: 0, advertise: [], log: silentLog, onReady };
    done = runCluster(options, stop.signal);
    done.catch(reject);
  });
  const credentials = await loadKubeconfig(kubeconfig);
  const api = createKubeClient(credentials);
  return {
    api,
    credentials,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      stop.abort();
      await done;
      await rm(stateDir, { recursive: true });
    },
  };
}

kubeApiContract('the HTTP client on the embedded cluster', openCluster);

describe('the HTTP client', () => {
  it('talks only to the server its CA vouches for, and is somebody only with its certificate', async () => {
    await using cluster = await openCluster();
    const { server, ca, cert, key } = cluster.credentials;
    await using distrustful = createKubeClient({ server, cert, key });
    await expect(distrustful.list(resources.nodes, {})).rejects.toMatchObject({ code: 'unavailable' });
    await using otherName = createKubeClient({ server, ca, cert, key, serverName: 'somebody.else' });
    await expect(otherName.list(resources.nodes, {})).rejects.toMatchObject({ code: 'unavailable' });
    await using nobody = createKubeClient({ server, ca });
    await expect(nobody.list(resources.nodes, {})).rejects.toMatchObject({ code: 'denied' });
  });
});
