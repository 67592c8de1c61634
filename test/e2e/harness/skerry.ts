import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { connectRuntime } from '../../../src/cri/index.js';
import { createKubeClient, loadKubeconfig } from '../../../src/kube/index.js';
import { silentLog } from '../../../src/lib/index.js';
import { createKubectl } from './kubectl.js';

/** Tests and benchmarks run in the project's folder, after a build. */
const program = resolve('dist/skerry.js');
const basePorts = [6443, 9091, 10000, 10002, 10003, 10004, 10350];
export type PartName = 'containerd' | 'cluster' | 'cloudcore' | 'edgecore';

export type Skerry = Awaited<ReturnType<typeof startSkerry>>;

/** A whole skerry of its own: state in a temporary folder, shifted ports, real containerd. Disposing purges it. */
export async function startSkerry(options: { node?: string } = {}) {
  const { node = 'edge-e2e' } = options;
  const state = await mkdtemp(join(tmpdir(), 'sk-'));
  const offset = await freeOffset();
  const skerry = (...args: string[]) => execa(process.execPath, [program, ...args], { all: true });
  const shifted = ['--node', node, '--port-offset', String(offset), '--images', 'local'];
  const up = () => skerry('up', '--detach', '--state', state, ...shifted);
  const purge = async () => {
    await skerry('purge', '--state', state);
    await rm(state, { recursive: true, force: true });
  };
  let output: string;
  try {
    output = (await up()).stdout;
  } catch (error) {
    await purge();
    throw error;
  }
  const kubeconfig = join(state, 'kubeconfig');
  const kube = createKubeClient({ ...(await loadKubeconfig(kubeconfig)), userAgent: 'skerry-e2e' });
  const endpoint = `unix://${join(state, 'containerd', 'containerd.sock')}`;
  return {
    state,
    node,
    offset,
    kubeconfig,
    endpoint,
    /** What `up` printed. */
    output,
    kube,
    kubectl: createKubectl(kubeconfig),
    skerry,
    up,
    connectRuntime: () => connectRuntime({ endpoint, log: silentLog }),
    /** The process that runs a part now. */
    async pidOf(part: PartName): Promise<number> {
      const text = await readFile(join(state, 'run', `${part}.json`), 'utf8');
      return (JSON.parse(text) as { pid: number }).pid;
    },
    /** As a crash: SIGKILL, and the part stays away until `resume`. */
    kill: (part: PartName) => skerry('pause', part, '--kill', '--state', state),
    resume: (part: PartName) => skerry('resume', part, '--state', state),
    async [Symbol.asyncDispose]() {
      await kube[Symbol.asyncDispose]();
      await purge();
    },
  };
}

/** An offset at which all ports are free: found by trying, as another program may hold any of them. */
async function freeOffset(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const offset = 1000 + Math.floor(Math.random() * 20_000);
    const free = await Promise.all(basePorts.map((port) => isFree(port + offset)));
    if (free.every(Boolean)) return offset;
  }
  throw new Error('no free block of ports found');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen({ port, host: '0.0.0.0', exclusive: true });
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
