import { openContainerd } from '../../../src/backends/containerd/index.js';
import { pause, silentLog } from '../../../src/lib/index.js';
import type { Skerry } from './skerry.js';

const deadlineMs = 60_000;

/** Ids of the containers of a pod that run now, sorted; sandboxes are not counted. */
export async function runningContainers(skerry: Pick<Skerry, 'connectRuntime'>, uid: string): Promise<string[]> {
  await using runtime = await skerry.connectRuntime();
  const containers = await runtime.listContainers();
  return containers
    .filter(({ labels, state }) => labels['io.kubernetes.pod.uid'] === uid && state === 1)
    .map(({ id }) => id)
    .sort();
}

/** Looks again after every event of the runtime until the running containers of a pod are as wanted. */
export async function waitForContainers(
  skerry: Pick<Skerry, 'connectRuntime' | 'endpoint'>,
  uid: string,
  wanted: (ids: readonly string[]) => boolean,
): Promise<string[]> {
  return afterEvents(skerry, `containers of pod ${uid}`, async () => {
    const ids = await runningContainers(skerry, uid);
    return wanted(ids) ? ids : undefined;
  });
}

/** Settles when the runtime has a sandbox of the pod. */
export async function waitForSandbox(skerry: Pick<Skerry, 'connectRuntime' | 'endpoint'>, uid: string): Promise<void> {
  await afterEvents(skerry, `a sandbox of pod ${uid}`, async () => {
    await using runtime = await skerry.connectRuntime();
    return (await runtime.listPodSandboxes()).find((sandbox) => sandbox.metadata?.uid === uid);
  });
}

async function afterEvents<T>(
  { endpoint }: Pick<Skerry, 'endpoint'>,
  what: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const signal = AbortSignal.timeout(deadlineMs);
  await using runtime = await openContainerd({ endpoint, log: silentLog });
  for await (const _ of runtime.events(signal)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`${what} did not become as wanted in time`);
}

/** Settles when a new connection to the runtime is answered. */
export const waitForRuntime = (skerry: Pick<Skerry, 'connectRuntime'>) =>
  untilAnswered('containerd', async () => {
    await using runtime = await skerry.connectRuntime();
    await runtime.status();
  });

/** Settles when edged says that it is healthy. */
export const waitForEdge = ({ offset }: Pick<Skerry, 'offset'>) =>
  untilAnswered('edged', async () => {
    const { status } = await fetch(`http://127.0.0.1:${10350 + offset}/healthz`);
    if (status !== 200) throw new Error(`/healthz answers ${status}`);
  });

/** For programs that have just been started and tell in no other way that they listen. */
async function untilAnswered(what: string, ask: () => Promise<void>): Promise<void> {
  const signal = AbortSignal.timeout(deadlineMs);
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted) throw new Error(`${what} does not answer`, { cause: error });
      await pause(100, signal);
    }
  }
}
