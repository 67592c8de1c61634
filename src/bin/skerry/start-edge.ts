import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type KubeApi, type Node, resources } from '../../kube/index.js';
import { writeFileAtomic } from '../../lib/index.js';
import { edgecoreYaml } from './component-configs.js';
import { nodeProgram } from './node-program.js';
import { nodeReady } from './readiness.js';
import { removeSandboxes } from './sandboxes.js';
import type { Stage } from './stage.js';
import type { RuntimeAtWork } from './start-runtime.js';

/** Starts edgecore and settles with its node once that is Ready. Its pods go when it has been stopped. */
export async function startEdge(stage: Stage, api: KubeApi, at: RuntimeAtWork, token: string): Promise<Node> {
  const { layout, settings, ports, held, log } = stage;
  await mkdir(layout.edgecore, { recursive: true, mode: 0o700 });
  const configFile = join(layout.edgecore, 'edgecore.yaml');
  const cgroupDriver = (await at.runtime.cgroupDriver()) ?? 'cgroupfs';
  await writeFileAtomic(
    configFile,
    edgecoreYaml({ layout, ports, settings, token, runtimeEndpoint: at.endpoint, cgroupDriver }),
    0o600,
  );
  held.defer('the pods', async () => {
    // A containerd of our own runs nothing else; in another's only the pods of our node are ours.
    const uids = settings.runtimeEndpoint === undefined ? undefined : await podUids(api, settings.node);
    await removeSandboxes(at.runtime, uids);
  });
  const startedAt = new Date();
  const program = nodeProgram(layout, 'edgecore', 'edgecore.js', ['--config', configFile]);
  return stage.start(program, `edgecore as node ${settings.node}`, (signal) =>
    nodeReady(api, settings.node, startedAt, log, signal),
  );
}

async function podUids(api: KubeApi, node: string): Promise<Set<string>> {
  const signal = AbortSignal.timeout(10_000);
  const { items } = await api.list(resources.pods, { fieldSelector: `spec.nodeName=${node}` }, signal);
  return new Set(items.map((pod) => pod.metadata?.uid ?? ''));
}
