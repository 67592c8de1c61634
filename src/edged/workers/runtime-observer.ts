import type { Runtime, RuntimeEvent, RuntimeEvents } from '../../cri/index.js';
import { childOf, type Log, messageOf, pause } from '../../lib/index.js';
import { type Container, type PodSandbox, PodSandboxState } from '../../proto/cri/v1/api.js';
import { goneOr } from '../executor/gone-or.js';
import { observedContainer, observedSandbox, observedState, observeListed } from '../executor/observe.js';
import { orphanOf } from '../pod/desired-pod.js';
import { annotations, labels } from '../pod/well-known.js';
import type { PodVolumes } from '../volumes/pod-volumes.js';
import type { PodWorker } from './pod-worker.js';
import type { PodWorkers } from './pod-workers.js';

export interface ObserverDeps {
  readonly runtime: Runtime;
  readonly events: RuntimeEvents | undefined;
  readonly workers: PodWorkers;
  readonly volumes: PodVolumes;
  readonly nodeName: string;
  readonly log: Log;
  /** How often everything is compared though no event was lost: seldom with events, often without. */
  readonly relistMs: number;
}

/** Tells workers what happens in the runtime: events at once, a slow comparison as the safety net. */
export async function observeRuntime(deps: ObserverDeps, signal: AbortSignal): Promise<void> {
  const { events, log, relistMs } = deps;
  await Promise.all([
    events ? followEvents(deps, events, signal) : Promise.resolve(),
    (async () => {
      while (!signal.aborted) {
        await relist(deps, signal).catch((error: unknown) => {
          if (!signal.aborted) log.warn({ err: error }, `runtime not compared: ${messageOf(error)}`);
        });
        using wait = childOf(signal);
        // The first time there may be something to clean up is when the source has told all it knows.
        if (!deps.workers.complete) void deps.workers.completed.then(() => wait.abort());
        await pause(relistMs, wait.signal);
      }
    })(),
  ]);
}

async function followEvents(deps: ObserverDeps, events: RuntimeEvents, signal: AbortSignal): Promise<void> {
  for await (const event of events.events(signal)) {
    try {
      if (event.kind === 'gap') for (const worker of deps.workers.list()) worker.doubt();
      else await follow(deps, event, signal);
    } catch (error) {
      if (signal.aborted) return;
      deps.log.warn({ err: error }, `runtime event not followed: ${messageOf(error)}`);
      if (event.kind !== 'gap') deps.workers.ownerOf(event.id)?.doubt();
    }
  }
}

/** Only what is known of is looked at: an object this edged makes is seen by the worker that makes it. */
async function follow(
  { workers, runtime }: ObserverDeps,
  event: Exclude<RuntimeEvent, { kind: 'gap' }>,
  signal: AbortSignal,
) {
  const worker = workers.ownerOf(event.id);
  if (!worker) return;
  if (event.kind === 'created' || event.kind === 'started') return;
  // A runtime may tell of a deleted process while its container is still there: what its status says counts.
  if (!(await look(worker, runtime, event.id, signal))) worker.gone(event.id);
}

async function look(worker: PodWorker, runtime: Runtime, id: string, signal: AbortSignal): Promise<boolean> {
  const container = worker.observed.containers.find((item) => item.id === id);
  if (container) {
    const status = await goneOr(runtime.containerStatus(id, { signal }));
    if (status) worker.saw({ container: await observedContainer(status, container.sandboxId) });
    return status !== undefined;
  }
  const status = await goneOr(runtime.podSandboxStatus(id, { signal }));
  if (status) worker.saw({ sandbox: observedSandbox(status) });
  return status !== undefined;
}

/** Two lists for the whole node; only pods that differ from what their worker saw are looked at again. */
async function relist(deps: ObserverDeps, signal: AbortSignal): Promise<void> {
  const { runtime, workers } = deps;
  const [sandboxes, containers] = await Promise.all([
    runtime.listPodSandboxes(undefined, { signal }),
    runtime.listContainers(undefined, { signal }),
  ]);
  const found = new Map<string, { sandboxes: PodSandbox[]; containers: Container[] }>();
  const of = (uid: string) => {
    const entry = found.get(uid) ?? { sandboxes: [], containers: [] };
    found.set(uid, entry);
    return entry;
  };
  // Objects without the label are no pod's: left alone.
  for (const sandbox of sandboxes) of(sandbox.labels[labels.podUid] ?? '').sandboxes.push(sandbox);
  for (const container of containers) of(container.labels[labels.podUid] ?? '').containers.push(container);
  found.delete('');
  for (const worker of workers.list()) {
    if (differs(worker, found.get(worker.desired.uid) ?? { sandboxes: [], containers: [] })) worker.doubt();
  }
  if (workers.complete) await endOrphans(deps, found, signal);
}

function differs({ observed }: PodWorker, listed: { sandboxes: PodSandbox[]; containers: Container[] }): boolean {
  const known = new Map<string, string>([
    ...observed.sandboxes.map(({ id, ready }) => [id, String(ready)] as const),
    ...observed.containers.map(({ id, state }) => [id, state] as const),
  ]);
  if (known.size !== listed.sandboxes.length + listed.containers.length) return true;
  return (
    listed.sandboxes.some(({ id, state }) => known.get(id) !== String(state === PodSandboxState.SANDBOX_READY)) ||
    listed.containers.some(({ id, state }) => known.get(id) !== observedState(state))
  );
}

/** Sandboxes this edged made for pods nobody wants any more, and folders without a pod. Other people's are left alone. */
async function endOrphans(
  { runtime, workers, nodeName, log, volumes }: ObserverDeps,
  found: ReadonlyMap<string, { sandboxes: PodSandbox[]; containers: Container[] }>,
  signal: AbortSignal,
): Promise<void> {
  for (const [uid, listed] of found) {
    const own = listed.sandboxes.find((sandbox) => sandbox.annotations[annotations.ownerNode] === nodeName);
    if (!own || workers.get(uid)) continue;
    const observed = await observeListed(runtime, listed.sandboxes, listed.containers, signal);
    const { name = '', namespace = '' } = own.metadata ?? {};
    log.info({ podUid: uid, pod: `${namespace}/${name}` }, 'ending a pod nobody wants');
    workers.addOrphan(orphanOf({ uid, name, namespace }), observed);
  }
  for (const uid of await volumes.leftovers()) {
    if (!found.has(uid) && !workers.get(uid)) await volumes.unmount(uid);
  }
}
