import { randomUUID } from 'node:crypto';
import type { Runtime } from '../src/cri/index.js';
import { ContainerConfig, PodSandboxConfig } from '../src/proto/cri/v1/api.js';

/** The calls a pod needs at least, without anything of ours around them. */
type PodVerbs = Pick<
  Runtime,
  'runPodSandbox' | 'createContainer' | 'startContainer' | 'stopPodSandbox' | 'removePodSandbox'
>;

export interface BareCriOptions {
  readonly runtime: PodVerbs;
  /** An image that is there already, and a command that goes on running. */
  readonly image: string;
  readonly command: readonly string[];
  /** How many pods one after another. */
  readonly sequential: number;
  /** How many pods in a burst, and how many at a time to try; every number is a burst of its own. */
  readonly burst: number;
  readonly concurrencies: readonly number[];
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
}

export interface BareCriResult {
  /** Milliseconds from the first call to the answer of the last, for each pod. */
  readonly sequentialMs: readonly number[];
  /** Milliseconds until all pods of the burst run, by how many were made at a time. */
  readonly bursts: readonly { readonly concurrency: number; readonly ms: number }[];
  readonly best: { readonly concurrency: number; readonly ms: number };
}

/** Times sandbox + create + start by bare calls: the floor under everything that makes pods. Removes its pods. */
export async function measureBareCri(options: BareCriOptions): Promise<BareCriResult> {
  const { now = () => performance.now() } = options;
  const timed = async (work: () => Promise<unknown>) => {
    const start = now();
    await work();
    return now() - start;
  };

  // The first pod pays for what is loaded once.
  await removePod(options.runtime, await runPod(options));
  const sequentialMs: number[] = [];
  for (let i = 0; i < options.sequential; i += 1) {
    let id = '';
    sequentialMs.push(
      await timed(async () => {
        id = await runPod(options);
      }),
    );
    await removePod(options.runtime, id);
  }

  const bursts: { concurrency: number; ms: number }[] = [];
  for (const concurrency of options.concurrencies) {
    const ids: string[] = [];
    const ms = await timed(() => inParallel(options.burst, concurrency, async () => ids.push(await runPod(options))));
    bursts.push({ concurrency, ms });
    await inParallel(ids.length, 4, (i) => removePod(options.runtime, ids[i] ?? ''));
  }
  const best = bursts.reduce((least, one) => (one.ms < least.ms ? one : least), bursts[0] ?? { concurrency: 0, ms: 0 });
  return { sequentialMs, bursts, best };
}

async function runPod({ runtime, image, command }: BareCriOptions): Promise<string> {
  const uid = randomUUID();
  const config = PodSandboxConfig.fromPartial({
    metadata: { name: 'bare', namespace: 'bench', uid },
    linux: { securityContext: { namespaceOptions: {} } },
  });
  const id = await runtime.runPodSandbox(config, '');
  const container = ContainerConfig.fromPartial({
    metadata: { name: 'main' },
    image: { image },
    command: [...command],
    linux: { securityContext: { namespaceOptions: {} } },
  });
  await runtime.startContainer(await runtime.createContainer(id, container, config));
  return id;
}

async function removePod(runtime: PodVerbs, id: string): Promise<void> {
  await runtime.stopPodSandbox(id);
  await runtime.removePodSandbox(id);
}

/** Does `work` for 0 to `count - 1`, `width` at a time. */
async function inParallel(count: number, width: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      await work(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, worker));
}
