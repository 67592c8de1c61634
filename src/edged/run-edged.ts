import { mkdir, readFile } from 'node:fs/promises';
import type { Runtime, RuntimeEvents } from '../cri/index.js';
import { childOf, createBackoff, EdgeError, type Log, messageOf, pause, runTogether } from '../lib/index.js';
import { parseResolvConf } from './config/resolv-conf.js';
import type { EdgedConfig } from './edged-config.js';
import { createRecorder } from './events/recorder.js';
import { createLimiter } from './executor/limiter.js';
import { createPodCgroups, findCgroupTree } from './executor/pod-cgroups.js';
import { createImagePuller } from './images/image-puller.js';
import { gatherFacts } from './node/gather-facts.js';
import { readMachine } from './node/machine.js';
import type { NodeFacts } from './node/node-facts.js';
import { runNode } from './node/run-node.js';
import type { ObjectReader, PodSource, StatusSink } from './ports.js';
import { serveKubeletApi } from './server/serve-kubelet-api.js';
import { createMounter } from './volumes/mounter.js';
import { createPodVolumes } from './volumes/pod-volumes.js';
import { createPodWorkers } from './workers/pod-workers.js';
import { refreshOnChange } from './workers/refresh-on-change.js';
import { observeRuntime } from './workers/runtime-observer.js';

export interface EdgedDeps {
  readonly config: EdgedConfig;
  readonly runtime: Runtime;
  /** Without it the runtime is compared every few seconds. */
  readonly events?: RuntimeEvents;
  readonly pods: PodSource;
  readonly objects: ObjectReader;
  readonly status: StatusSink;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly random?: () => number;
  /** Told once, with the port the kubelet API listens on. */
  readonly onListening?: (port: number) => void;
}

// On two busy cores a burst took as long with two as with ten at a time: a few keep the latency of each low.
const startsAtOnce = 4;
const stopsAtOnce = 4;
const relistWithEventsMs = 60_000;
const relistAloneMs = 3_000;

/**
 * The node agent: runs the pods of `pods` on `runtime` and tells `status` about them (facts
 * kubelet-on-cri). Waits for the runtime as long as it takes; ends on abort and leaves the pods running.
 */
export async function runEdged(deps: EdgedDeps, signal: AbortSignal): Promise<void> {
  const { config, runtime, objects, status, random = Math.random } = deps;
  const now = deps.now ?? Date.now;
  const log = deps.log.child({ part: 'edged' });
  await mkdir(config.rootDirectory, { recursive: true, mode: 0o750 });
  const machine = await readMachine(config.rootDirectory);
  const node = await factsWhenReady(deps, machine, log, signal);
  if (!node) return;
  using group = childOf(signal);
  const recorder = createRecorder({ nodeName: config.nodeName, sink: status, log, now });
  if (node.lowestOomScoreAdj > -1000n) {
    const text = `this process may not lower OOM scores (no CAP_SYS_RESOURCE): scores below ${node.lowestOomScoreAdj} are raised to it`;
    log.warn({ lowest: Number(node.lowestOomScoreAdj) }, text);
  }
  const tree = await findCgroupTree();
  const cgroups = createPodCgroups({ driver: node.cgroupDriver, root: config.cgroupRoot ?? '/', tree, log });
  const mounter = createMounter();
  const volumes = createPodVolumes({
    root: config.rootDirectory,
    nodeName: config.nodeName,
    node,
    objects,
    mounter,
    now,
  });
  const images = createImagePuller({ runtime, objects, recorder, pulls: createLimiter(1), now });
  const workers = createPodWorkers({
    config,
    runtime,
    objects,
    sink: status,
    recorder,
    images,
    volumes,
    cgroups,
    node,
    hostResolver: async () => parseResolvConf(config.resolvConf ? await readFile(config.resolvConf, 'utf8') : ''),
    starts: createLimiter(startsAtOnce),
    stops: createLimiter(stopsAtOnce),
    log,
    now,
    signal: group.signal,
  });
  let listening: (port: number) => void = () => undefined;
  const port = new Promise<number>((resolve) => {
    listening = resolve;
  });
  const onListening = (taken: number) => {
    listening(taken);
    deps.onListening?.(taken);
  };
  const relistMs = deps.events ? relistWithEventsMs : relistAloneMs;
  await runTogether(group.signal, [
    async (stop) => {
      for await (const change of deps.pods.pods(stop)) workers.apply(change);
      if (!stop.aborted) throw new EdgeError('internal', 'the source of pods ended by itself');
    },
    (stop) => workers.run(stop),
    (stop) =>
      observeRuntime(
        { runtime, events: deps.events, workers, volumes, nodeName: config.nodeName, log, relistMs },
        stop,
      ),
    (stop) => refreshOnChange({ objects, workers, log }, stop),
    (stop) =>
      runNode({ config, machine, facts: node, runtime, status, recorder, workers, log, now, random, port }, stop),
    (stop) => serveKubeletApi({ config, workers, runtime, log, now, onListening }, stop),
  ]);
}

async function factsWhenReady(
  { config, runtime, random = Math.random }: EdgedDeps,
  machine: Awaited<ReturnType<typeof readMachine>>,
  log: Log,
  signal: AbortSignal,
): Promise<NodeFacts | undefined> {
  const backoff = createBackoff({ baseMs: 250, maxMs: 5_000, jitter: 0.2, random });
  while (!signal.aborted) {
    try {
      return await gatherFacts(config, runtime, machine, signal);
    } catch (error) {
      if (signal.aborted) break;
      log.warn({ err: error }, `waiting for the container runtime: ${messageOf(error)}`);
      await pause(backoff.next(), signal);
    }
  }
  return undefined;
}
