import { mkdir, writeFile } from 'node:fs/promises';
import type { Log } from '../../lib/index.js';
import { hasCapability } from '../containerd/index.js';
import { containerdConfig, type RuntimeHandler } from './containerd-config.js';
import { folderPaths } from './folder-paths.js';
import { launchDaemon } from './launch-daemon.js';
import { endLeftDaemon } from './left-daemon.js';
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
  const daemon = await launchDaemon({ paths, readyTimeoutMs, log, ...(deps.signal && { signal: deps.signal }) });
  const { pid, ended, stop } = daemon;
  return {
    socket: paths.socket,
    pid,
    ended,
    stop,
    purge: (options) => purgeContainerd({ folder, log, ...options, ...(!daemon.hasEnded() && { daemon }) }),
    [Symbol.asyncDispose]: stop,
  };
}
