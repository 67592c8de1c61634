import { type Pod, resources } from '../src/kube/index.js';
import { shellPod, untilStopped } from '../test/e2e/harness/pods.js';
import type { Skerry } from '../test/e2e/harness/skerry.js';
import type { watchPods } from './pod-watch.js';
import { type Spread, spreadOf, timed } from './statistics.js';

type Pods = Awaited<ReturnType<typeof watchPods>>;

export interface PodSpeed {
  /** Milliseconds per pod. */
  readonly toRunning: Spread;
  readonly toGone: Spread;
  /** Milliseconds until the last pod of the set. */
  readonly allRunning: number;
  readonly allGone: number;
}

const running = (pod: Pod | undefined) =>
  pod?.status?.phase === 'Running' && (pod.status.containerStatuses?.every(({ ready }) => ready) ?? false);

/** Creates and deletes pods, `atOnce` or one after the other. The image is present; the grace period is 1 s. */
export async function podSpeed(skerry: Skerry, pods: Pods, count: number, atOnce: boolean): Promise<PodSpeed> {
  const names = Array.from({ length: count }, (_, index) => `bench-${atOnce ? 'burst' : 'single'}-${index}`);
  const start = (name: string) =>
    timed(async () => {
      const seen = pods.until(name, running);
      await skerry.kube.create(resources.pods, shellPod(name, untilStopped));
      await seen;
    });
  const end = (name: string) =>
    timed(async () => {
      await skerry.kube.delete(resources.pods, { namespace: 'default', name });
      await pods.until(name, (pod) => pod === undefined);
    });
  const toRunning: number[] = [];
  const toGone: number[] = [];
  let allRunning = 0;
  let allGone = 0;
  if (atOnce) {
    allRunning = await timed(async () => void toRunning.push(...(await Promise.all(names.map(start)))));
    allGone = await timed(async () => void toGone.push(...(await Promise.all(names.map(end)))));
  } else {
    for (const name of names) {
      toRunning.push(await start(name));
      toGone.push(await end(name));
    }
    allRunning = sum(toRunning);
    allGone = sum(toGone);
  }
  return {
    toRunning: spreadOf(toRunning),
    toGone: spreadOf(toGone),
    allRunning: Math.round(allRunning),
    allGone: Math.round(allGone),
  };
}

const sum = (samples: readonly number[]) => samples.reduce((a, b) => a + b, 0);
