import type { Change, Pod } from '../../kube/index.js';
import { aborted, messageOf } from '../../lib/index.js';
import type { ExecutorDeps } from '../executor/step-context.js';
import type { ObservedPod } from '../planner/observed.js';
import { type DesiredPod, desiredPod, orphaned } from '../pod/desired-pod.js';
import { createPodWorker, type PodWorker } from './pod-worker.js';
import { createWakeQueue } from './wake-queue.js';

/** All pods of this node, each with its worker, keyed by UID. */
export interface PodWorkers {
  /** Takes over a change of what is wanted. */
  apply(change: Change<Pod>): void;
  /** Something the runtime holds that nobody wants: it is ended. */
  addOrphan(desired: DesiredPod, observed: ObservedPod): void;
  get(uid: string): PodWorker | undefined;
  list(): PodWorker[];
  /** The worker that has a runtime object. */
  ownerOf(id: string): PodWorker | undefined;
  /** True once the source has told all it knows: before, nothing may be cleaned up. */
  readonly complete: boolean;
  /** Settles when `complete` turns true. */
  readonly completed: Promise<void>;
  /** Settles on abort, once no worker is busy. */
  run(signal: AbortSignal): Promise<void>;
}

export function createPodWorkers(deps: ExecutorDeps & { readonly signal: AbortSignal }): PodWorkers {
  const { log, now, signal, recorder } = deps;
  const workers = new Map<string, PodWorker>();
  const owners = new Map<string, string>();
  const wakes = createWakeQueue((uid) => workers.get(uid)?.wake(), now);
  let complete = false;
  let completes: () => void = () => undefined;
  const completed = new Promise<void>((resolve) => {
    completes = resolve;
  });

  const done = (uid: string) => {
    // A pod that was told to be over stays until its source drops it: it must not start again.
    if (workers.get(uid)?.desired.orphan) forget(uid);
  };
  const forget = (uid: string) => {
    const worker = workers.get(uid);
    for (const { id } of [...(worker?.observed.sandboxes ?? []), ...(worker?.observed.containers ?? [])])
      owners.delete(id);
    workers.delete(uid);
    wakes.set(uid, undefined);
  };
  const index = (id: string, uid: string | undefined) => {
    if (uid === undefined) owners.delete(id);
    else owners.set(id, uid);
  };
  const workerDeps = { ...deps, signal, wakeAt: wakes.set, index, done };

  const put = (pod: Pod) => {
    let desired: DesiredPod;
    try {
      desired = desiredPod(pod);
    } catch (error) {
      log.warn({ pod: `${pod.metadata?.namespace}/${pod.metadata?.name}`, err: error }, 'pod refused');
      if (pod.metadata?.uid) recorder.pod(pod, 'Warning', 'FailedValidation', messageOf(error));
      return;
    }
    const known = workers.get(desired.uid);
    tellEphemeral(desired, known?.desired);
    if (known) {
      known.update(desired);
      return;
    }
    if (desired.unsupported.length > 0) {
      recorder.pod(pod, 'Warning', 'Failed', `not supported on this node: ${desired.unsupported.join(', ')}`);
    }
    const worker = createPodWorker(workerDeps, desired, undefined);
    workers.set(desired.uid, worker);
    worker.wake();
  };

  /** They come to a pod that runs: it goes on without them, and the pod's events say so. */
  const tellEphemeral = ({ spec, pod }: DesiredPod, former: DesiredPod | undefined) => {
    const told = new Set(former?.spec.ephemeralContainers?.map(({ name }) => name));
    for (const { name } of spec.ephemeralContainers ?? []) {
      if (!told.has(name))
        recorder.pod(pod, 'Warning', 'Failed', `not supported on this node: ephemeral container ${name}`);
    }
  };

  const drop = (uid: string) => {
    const worker = workers.get(uid);
    // The end is the same whether it was told or not; only nobody waits for it any more.
    if (worker) worker.update(orphaned(worker.desired));
  };

  return {
    apply(change) {
      if (change.kind !== 'reset') {
        return change.kind === 'put' ? put(change.item) : drop(change.item.metadata?.uid ?? '');
      }
      const wanted = new Set(change.items.map((pod) => pod.metadata?.uid));
      for (const uid of [...workers.keys()]) if (!wanted.has(uid)) drop(uid);
      const byAge = [...change.items].sort((a, b) => Date.parse(age(a)) - Date.parse(age(b)));
      for (const pod of byAge) put(pod);
      complete = true;
      completes();
    },
    addOrphan(desired, observed) {
      if (workers.has(desired.uid)) return;
      const worker = createPodWorker(workerDeps, desired, observed);
      workers.set(desired.uid, worker);
      worker.wake();
    },
    get: (uid) => workers.get(uid),
    list: () => [...workers.values()],
    ownerOf: (id) => workers.get(owners.get(id) ?? ''),
    get complete() {
      return complete;
    },
    completed,
    async run(stop) {
      await aborted(stop);
      wakes[Symbol.dispose]();
      await Promise.all([...workers.values()].map((worker) => worker.idle()));
    },
  };
}

const age = (pod: Pod) => pod.metadata?.creationTimestamp ?? '1970-01-01T00:00:00Z';
