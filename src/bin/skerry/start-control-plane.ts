import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createKubeClient, type KubeApi, loadKubeconfig } from '../../kube/index.js';
import { EdgeError, writeFileAtomic } from '../../lib/index.js';
import { cloudcoreYaml } from './component-configs.js';
import { nodeProgram } from './node-program.js';
import { joinToken, untilAnswered } from './readiness.js';
import type { Stage } from './stage.js';
import { issueStreamCertificate } from './stream-certificates.js';

/** Starts the embedded cluster and settles with a client that may do everything there. */
export async function startCluster(stage: Stage): Promise<KubeApi> {
  const { layout, settings, held } = stage;
  const args = ['cluster', '--state', layout.state, '--port-offset', String(settings.portOffset)];
  const api = await stage.start(nodeProgram(layout, 'cluster', 'skerry.js', args), 'the embedded cluster', (signal) =>
    untilAnswered('the Kubernetes API', () => connectCluster(layout.kubeconfig, signal), signal),
  );
  held.defer('the connection to the cluster', () => api[Symbol.asyncDispose]());
  return api;
}

/** A client from a kubeconfig, once the server behind it says that it is ready. */
async function connectCluster(kubeconfig: string, signal: AbortSignal) {
  const api = createKubeClient({ ...(await loadKubeconfig(kubeconfig)), userAgent: 'skerry' });
  try {
    const answer = await api.raw('/readyz', { signal });
    answer.resume();
    if (answer.statusCode !== 200) throw new EdgeError('unavailable', `/readyz answers ${answer.statusCode}`);
    return api;
  } catch (error) {
    await api[Symbol.asyncDispose]();
    throw error;
  }
}

/** Starts cloudcore and settles with the token an edge joins with. */
export async function startCloud(stage: Stage, api: KubeApi): Promise<string> {
  const { layout, ports, log } = stage;
  await mkdir(layout.cloudcore, { recursive: true, mode: 0o700 });
  await issueStreamCertificate(layout);
  const configFile = join(layout.cloudcore, 'cloudcore.yaml');
  await writeFileAtomic(configFile, cloudcoreYaml(layout, ports), 0o600);
  const program = nodeProgram(layout, 'cloudcore', 'cloudcore.js', ['--config', configFile]);
  return stage.start(program, 'cloudcore', async (signal) => {
    const token = await joinToken(api, log, signal);
    await untilAnswered('cloudcore', () => hubListens(ports.hub, signal), signal);
    return token;
  });
}

/** Whether the hub takes connections: edges open theirs there. */
async function hubListens(port: number, signal: AbortSignal): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect', { signal });
  } finally {
    socket.destroy();
  }
}
