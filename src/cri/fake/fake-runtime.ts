import { EdgeError } from '../../lib/index.js';
import { ContainerState, type Image, StatusResponse } from '../../proto/cri/v1/api.js';
import type { Runtime, RuntimeEvents } from '../runtime.js';
import { fakeContainerVerbs } from './fake-containers.js';
import { createControls } from './fake-controls.js';
import { fakeImage, fakeImageVerbs } from './fake-images.js';
import { logFiles, noLogs } from './fake-log.js';
import { killedCode } from './fake-program.js';
import { fakeSandboxVerbs } from './fake-sandboxes.js';
import { type FakeUsage, fakeStatsVerbs } from './fake-stats.js';
import { createFakeWorld, isRunning } from './fake-world.js';

export interface FakeRuntimeOptions {
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Images present from the start. */
  readonly images?: readonly string[];
  /** Images that can be pulled. */
  readonly registry?: readonly string[];
  /** Runtime handlers beside the default one. */
  readonly handlers?: readonly string[];
  readonly cgroupDriver?: 'systemd' | 'cgroupfs';
  /** Write the output of containers to their log files and make log folders; off by default. */
  readonly writeLogs?: boolean;
}

/** A runtime in memory with the life story of the port, and handles for tests to make things happen. */
export interface FakeRuntime extends Runtime, RuntimeEvents, AsyncDisposable {
  /** Every call so far, in order, those that failed included. */
  readonly calls: readonly { readonly verb: keyof Runtime; readonly args: readonly unknown[] }[];
  /** The process of a running container ends. `reason` is `Completed` or `Error` by the code when absent. */
  exit(containerId: string, exitCode: number, end?: { reason?: string; message?: string }): void;
  /** The sandbox dies on its own, and all its containers with it. */
  killSandbox(sandboxId: string): Promise<void>;
  /** The next call of `verb` not yet claimed by an earlier failNext throws `error` and does nothing else. */
  failNext(verb: keyof Runtime, error: Error): void;
  /** Calls of `verb` wait until the returned function is called, or their signal aborts. */
  hold(verb: keyof Runtime): () => void;
  addImage(name: string, parts?: Partial<Image>): Image;
  setUsage(containerId: string, usage: FakeUsage): void;
  /** What `status` answers from now on. */
  setReady(ready: { runtime?: boolean; network?: boolean }): void;
  /** Listeners are told to look at everything again, as after a lost connection. */
  gap(): void;
}

export function createFakeRuntime(options: FakeRuntimeOptions = {}): FakeRuntime {
  const { now: clock = Date.now } = options;
  const now = () => BigInt(clock()) * 1_000_000n;
  const world = createFakeWorld();
  const registry = new Map<string, Image>();
  for (const name of options.registry ?? []) {
    const image = fakeImage(name);
    for (const tag of image.repoTags) registry.set(tag, image);
  }
  const usage = new Map<string, FakeUsage>();
  const handlers = ['', ...(options.handlers ?? [])];
  const logs = options.writeLogs ? logFiles : noLogs;
  const ready = { runtime: true, network: true };

  const exit: FakeRuntime['exit'] = (id, exitCode, end = {}) => {
    const container = world.containers.get(id);
    if (!container) throw new EdgeError('not-found', `container "${id}": not found`);
    if (!isRunning(container)) throw new EdgeError('conflict', `container "${id}" is not running`);
    const { reason = exitCode === 0 ? 'Completed' : 'Error', message = '' } = end;
    const state = ContainerState.CONTAINER_EXITED;
    Object.assign(container, { state, exitCode, reason, message, finishedAt: now() });
    world.tell({ kind: 'exited', id });
  };

  const streaming = (verb: string) => async () => {
    throw new EdgeError('unsupported', `the fake runtime has no streaming server for ${verb}`);
  };
  const sandboxes = fakeSandboxVerbs({
    world,
    handlers,
    now,
    makeFolders: options.writeLogs ?? false,
    kill: (id) => exit(id, killedCode),
  });
  const verbs: Runtime = {
    version: async () => ({
      version: '0.1.0',
      runtimeName: 'fake',
      runtimeVersion: '1.0.0',
      runtimeApiVersion: 'v1',
    }),
    status: async () =>
      StatusResponse.fromPartial({
        status: {
          conditions: [
            { type: 'RuntimeReady', status: ready.runtime },
            { type: 'NetworkReady', status: ready.network },
          ],
        },
        runtimeHandlers: handlers.map((name) => ({ name })),
      }),
    cgroupDriver: async () => options.cgroupDriver,
    ...sandboxes,
    ...fakeContainerVerbs({ world, logs, now, exit }),
    ...fakeImageVerbs(world, registry, now),
    ...fakeStatsVerbs(world, usage, now),
    exec: streaming('exec'),
    attach: streaming('attach'),
    portForward: streaming('portForward'),
    updatePodCidr: async () => {},
  };
  const controls = createControls(verbs);
  for (const name of options.images ?? []) addImage(name);

  function addImage(name: string, parts?: Partial<Image>): Image {
    const image = fakeImage(name, parts);
    world.images.set(image.id, image);
    return image;
  }

  return {
    ...controls.verbs,
    calls: controls.calls,
    failNext: controls.failNext,
    hold: controls.hold,
    events: world.events,
    exit,
    killSandbox: (id) => sandboxes.stopPodSandbox(id),
    addImage,
    setUsage: (id, next) => usage.set(id, next),
    setReady: (next) => Object.assign(ready, next),
    gap: () => world.tell({ kind: 'gap' }),
    [Symbol.asyncDispose]: async () => {},
  };
}
