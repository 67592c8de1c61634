import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCluster } from '../../../src/cluster/index.js';
import { createKubeClient, loadKubeconfig } from '../../../src/kube/index.js';
import { silentLog } from '../../../src/lib/index.js';
import { kubeApiContract } from './kube-api-contract.js';

kubeApiContract('the HTTP client on the embedded cluster', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'skerry-contract-'));
  const stop = new AbortController();
  let done: Promise<void> = Promise.resolve();
  const kubeconfig = await new Promise<string>((resolve, reject) => {
    const onReady = (ready: { kubeconfig: string }) => resolve(ready.kubeconfig);
    const options = { stateDir, address: '127.0.0.1', port: 0, advertise: [], log: silentLog, onReady };
    done = runCluster(options, stop.signal);
    done.catch(reject);
  });
  const api = createKubeClient(await loadKubeconfig(kubeconfig));
  return {
    api,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      stop.abort();
      await done;
      await rm(stateDir, { recursive: true });
    },
  };
});
