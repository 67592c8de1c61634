import { type KubeApi, type Pod, resources, watchChanges } from '../src/kube/index.js';
import { silentLog } from '../src/lib/index.js';

type Wanted = (pod: Pod | undefined) => boolean;

/** One watch on all pods; tells when a pod is as wanted, at the moment the change arrives. */
export async function watchPods(api: KubeApi, signal: AbortSignal) {
  const known = new Map<string, Pod>();
  const waiting = new Set<{ name: string; wanted: Wanted; settle: (at: number) => void }>();
  let synced = () => {};
  const ready = new Promise<void>((resolve) => {
    synced = resolve;
  });

  const look = () => {
    for (const entry of waiting) {
      if (!entry.wanted(known.get(entry.name))) continue;
      waiting.delete(entry);
      entry.settle(Date.now());
    }
  };
  const run = async () => {
    for await (const change of watchChanges(api, resources.pods, {}, { signal, log: silentLog })) {
      if (change.kind === 'reset') {
        known.clear();
        for (const pod of change.items) known.set(pod.metadata?.name ?? '', pod);
        synced();
      } else if (change.kind === 'put') known.set(change.item.metadata?.name ?? '', change.item);
      else known.delete(change.item.metadata?.name ?? '');
      look();
    }
  };
  const running = run();
  await Promise.race([ready, running]);
  return {
    running,
    /** Settles with the wall-clock time the change was seen at. */
    until: (name: string, wanted: Wanted) =>
      new Promise<number>((settle) => {
        waiting.add({ name, wanted, settle });
        look();
      }),
  };
}
