import { type Pod, resources } from '../src/kube/index.js';
import { shellPod, untilStopped } from '../test/e2e/harness/pods.js';
import { runningContainers } from '../test/e2e/harness/runtime.js';
import type { Skerry } from '../test/e2e/harness/skerry.js';
import type { watchPods } from './pod-watch.js';
import { type Spread, spreadOf } from './statistics.js';

/**
 * From the end of a container, by the runtime's own clock, to the API's watchers seeing the pod's
 * phase change. Both clocks are this machine's.
 */
export async function exitSpeed(
  skerry: Skerry,
  pods: Awaited<ReturnType<typeof watchPods>>,
  count: number,
): Promise<Spread> {
  const samples: number[] = [];
  await using runtime = await skerry.connectRuntime();
  for (let index = 0; index < count; index += 1) {
    const name = `bench-exit-${index}`;
    await skerry.kube.create(resources.pods, shellPod(name, untilStopped, { restartPolicy: 'Never' }));
    await pods.until(name, (pod) => pod?.status?.phase === 'Running');
    const { metadata } = await skerry.kube.get(resources.pods, { namespace: 'default', name });
    const [id] = await runningContainers(skerry, metadata?.uid ?? '');
    if (id === undefined) throw new Error(`${name} is Running but the runtime runs no container of it`);
    const seen = pods.until(name, ended);
    await runtime.stopContainer(id, 0);
    const { finishedAt } = await runtime.containerStatus(id).catch((error: unknown) => {
      throw new Error(`the container of ${name} was removed before its end could be read`, { cause: error });
    });
    samples.push((await seen) - Number(finishedAt / 1_000_000n));
    await skerry.kube.delete(resources.pods, { namespace: 'default', name });
    await pods.until(name, (pod) => pod === undefined);
  }
  return spreadOf(samples);
}

const ended = (pod: Pod | undefined) => pod?.status?.phase === 'Failed' || pod?.status?.phase === 'Succeeded';
