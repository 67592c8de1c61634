import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { connectRuntime } from '../../cri/index.js';
import { childOf, EdgeError, type Log, messageOf } from '../../lib/index.js';
import { hasCapability } from './capabilities.js';
import { containerdConfig, type RuntimeHandler } from './containerd-config.js';
import { endProcess } from './end-process.js';
import { findContainerdBinaries } from './find-binaries.js';
import { folderPaths } from './folder-paths.js';
import { endLeftDaemon } from './left-daemon.js';
import { lastLines } from './log-tail.js';
import { type PurgeOptions, purgeContainerd } from './purge-containerd.js';

export interface PrivateContainerd extends AsyncDisposable {
  readonly socket: string;
  readonly pid: number;
  /** Settles when the daemon has ended, whoever ended it. */
  readonly ended: Promise<void>;
  /** Ends the daemon: SIGTERM, and SIGKILL after a deadline. Containers keep running; the next start adopts them. */
  stop(): Promise<void>;
  /** Stops and removes all pods, ends the daemon and removes the folder. Leaves nothing behind. */
  purge(options?: PurgeOptions): Promise<void>;
}

export interface StartContainerd {
  /** Everything of this daemon lives below it. */
  readonly folder: string;
  readonly cniConfDir: string;
  readonly cniBinDir: string;
  readonly sandboxImage: string;
  readonly cgroupDriver?: 'systemd' | 'cgroupfs';
  readonly handlers?: Readonly<Record<string, RuntimeHandler>>;
  readonly log: Log;
  readonly signal?: AbortSignal;
  /** How long it may take until CRI answers; 60 s when absent. */
  readonly readyTimeoutMs?: number;
}

/**
 * Starts a containerd of our own beside any other on the machine and waits until its CRI answers.
 * A daemon left in the same folder by a crash is ended first; its containers go on.
 * Throws `not-found` for missing programs, `unavailable` with the end of the daemon's log when it does not come up.
 */
export async function startContainerd(deps: StartContainerd): Promise<PrivateContainerd> {
  const { folder, log, readyTimeoutMs = 60_000 } = deps;
  const { containerd } = await findContainerdBinaries();
  const paths = folderPaths(folder);
  await mkdir(folder, { recursive: true, mode: 0o711 });
  await endLeftDaemon(paths, log);
  const config = containerdConfig({
    root: paths.root,
    state: paths.state,
    socket: paths.socket,
    cgroupDriver: deps.cgroupDriver ?? 'cgroupfs',
    cniBinDir: deps.cniBinDir,
    cniConfDir: deps.cniConfDir,
    sandboxImage: deps.sandboxImage,
    restrictOomScoreAdj: !(await hasCapability('sys_resource')),
    ...(deps.handlers && { runtimes: deps.handlers }),
  });
  await writeFile(paths.config, config, { mode: 0o600 });
  deps.signal?.throwIfAborted();

  const output = await open(paths.log, 'w', 0o600);
  // Its own process group: a Ctrl-C at the terminal must not reach it before the pods are told to stop.
  const child = spawn(containerd, ['--config', paths.config], {
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
  });
  const ended = once(child, 'exit').then(() => {});
  // Without a process there is no exit to wait for; the reason is thrown below.
  ended.catch(() => {});
  await output.close();
  const { pid } = child;
  if (pid === undefined) {
    const [cause] = await once(child, 'error');
    throw new EdgeError('unavailable', `${containerd} could not be started: ${messageOf(cause)}`, { cause });
  }
  await writeFile(paths.pid, String(pid), { mode: 0o600 });
  const stop = async () => {
    await endProcess({ pid, ended, graceMs: 10_000 });
    await rm(paths.pid, { force: true });
  };

  try {
    await untilReady({ socket: paths.socket, ended, readyTimeoutMs, log, ...(deps.signal && { signal: deps.signal }) });
  } catch (error) {
    await stop();
    deps.signal?.throwIfAborted();
    const tail = await lastLines(paths.log, 5);
    throw new EdgeError('unavailable', `containerd did not come up: ${messageOf(error)}\n${tail}`, { cause: error });
  }
  log.info({ pid, socket: paths.socket }, 'containerd is up');
  return {
    socket: paths.socket,
    pid,
    ended,
    stop,
    purge: (options) => purgeContainerd({ folder, log, daemon: { stop }, ...options }),
    [Symbol.asyncDispose]: stop,
  };
}

/** Connects until CRI answers, or throws as soon as the daemon has ended. */
async function untilReady(deps: {
  socket: string;
  ended: Promise<void>;
  readyTimeoutMs: number;
  log: Log;
  signal?: AbortSignal;
}): Promise<void> {
  const { socket, ended, readyTimeoutMs, log, signal } = deps;
  using waiting = childOf(signal ?? new AbortController().signal);
  const died = ended.then(() => {
    throw new EdgeError('unavailable', 'it ended at once');
  });
  try {
    const connected = connectRuntime({
      endpoint: socket,
      requestTimeoutMs: readyTimeoutMs,
      log: log.child({ part: 'ready' }),
      signal: waiting.signal,
    });
    // Whoever loses the race is silenced: its failure is not news.
    connected.catch(() => {});
    died.catch(() => {});
    await using runtime = await Promise.race([connected, died]);
    await runtime.status(false, { signal: waiting.signal, deadlineMs: readyTimeoutMs });
  } finally {
    waiting.abort();
  }
}
