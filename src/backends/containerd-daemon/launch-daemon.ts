import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rm, writeFile } from 'node:fs/promises';
import { connectRuntime } from '../../cri/index.js';
import { childOf, EdgeError, type Log, messageOf } from '../../lib/index.js';
import { endProcess } from './end-process.js';
import { findContainerdBinaries } from './find-binaries.js';
import type { FolderPaths } from './folder-paths.js';
import { lastLines } from './log-tail.js';

export interface Daemon {
  readonly pid: number;
  /** Settles when the daemon has ended, whoever ended it. */
  readonly ended: Promise<void>;
  hasEnded(): boolean;
  stop(): Promise<void>;
}

/** Starts containerd with the configuration its folder holds and waits until its CRI answers. */
export async function launchDaemon(deps: {
  paths: FolderPaths;
  readyTimeoutMs: number;
  log: Log;
  signal?: AbortSignal;
}): Promise<Daemon> {
  const { paths, readyTimeoutMs, log, signal } = deps;
  const { containerd } = await findContainerdBinaries();
  signal?.throwIfAborted();
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
    await untilReady({ socket: paths.socket, ended, readyTimeoutMs, log, ...(signal && { signal }) });
  } catch (error) {
    await stop();
    signal?.throwIfAborted();
    const tail = await lastLines(paths.log, 5);
    throw new EdgeError('unavailable', `containerd did not come up: ${messageOf(error)}\n${tail}`, { cause: error });
  }
  log.info({ pid, socket: paths.socket }, 'containerd is up');
  return { pid, ended, stop, hasEnded: () => child.exitCode !== null || child.signalCode !== null };
}

/** Connects until CRI answers, or throws as soon as the daemon has ended. */
async function untilReady(deps: {
  socket: string;
  ended: Promise<void>;
  readyTimeoutMs: number;
  log: Log;
  signal?: AbortSignal;
}): Promise<void> {
  const { socket, ended, readyTimeoutMs, signal } = deps;
  using waiting = childOf(signal ?? new AbortController().signal);
  const log = deps.log.child({ part: 'ready' });
  const connected = connectRuntime({ endpoint: socket, requestTimeoutMs: readyTimeoutMs, log, signal: waiting.signal });
  const died = ended.then(() => {
    throw new EdgeError('unavailable', 'it ended at once');
  });
  // Whoever loses the race is silenced: its failure is not news.
  connected.catch(() => {});
  died.catch(() => {});
  try {
    await using runtime = await Promise.race([connected, died]);
    await runtime.status(false, { signal: waiting.signal, deadlineMs: readyTimeoutMs });
  } finally {
    waiting.abort();
  }
}
