import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { connectRuntime } from '../../cri/index.js';
import { type Log, silentLog } from '../../lib/index.js';
import { sendSignal, untilGone } from './end-process.js';
import { findContainerdBinaries } from './find-binaries.js';
import { type FolderPaths, folderPaths } from './folder-paths.js';
import { type Daemon, launchDaemon } from './launch-daemon.js';
import { argvOf, endLeftDaemon } from './left-daemon.js';
import { unmountBelow } from './mounts.js';

/** What a private containerd made outside its folder and only its owner knows of. */
export interface PurgeOptions {
  /** Bridges that its CNI configuration names. */
  readonly bridges?: readonly string[];
}

/**
 * Removes a private containerd with all it holds: pods (through CRI, so that their network is given
 * back), the daemon, what is left of containers and shims, mounts, the folder. A daemon that is gone
 * is started once more for the pods; what still cannot be removed in order is removed by force.
 * @param deps.daemon the running daemon, when it is a child of this process
 */
export async function purgeContainerd(
  deps: PurgeOptions & { folder: string; log: Log; daemon?: { stop(): Promise<void> } },
): Promise<void> {
  const { log } = deps;
  const paths = folderPaths(deps.folder);
  try {
    const daemon = deps.daemon ?? (await relaunch(paths, log));
    if (daemon) await removePods(paths.socket).finally(() => daemon.stop());
  } catch (error) {
    log.warn({ err: error }, 'pods are removed by force');
  }
  await endContainers(paths, log);
  await unmountBelow(paths.folder);
  await rm(paths.folder, { recursive: true, force: true });
  for (const bridge of deps.bridges ?? []) await removeBridge(bridge);
  await removeEmptyCgroups();
}

async function relaunch(paths: FolderPaths, log: Log): Promise<Daemon | undefined> {
  await endLeftDaemon(paths, log);
  const wasUsed = await stat(paths.state).then(
    () => true,
    () => false,
  );
  return wasUsed ? launchDaemon({ paths, readyTimeoutMs: 30_000, log }) : undefined;
}

/** Removes a bridge; one that is not there is fine. */
async function removeBridge(bridge: string): Promise<void> {
  const { stdout } = await execa('ip', ['-json', 'link', 'show', 'type', 'bridge']);
  const links: { ifname?: string }[] = JSON.parse(stdout || '[]');
  if (links.some(({ ifname }) => ifname === bridge)) await execa('ip', ['link', 'delete', bridge]);
}

/**
 * Containers without a cgroup parent were put below `k8s.io`, which nobody removes. It stays where
 * another daemon still uses it: the kernel removes only empty cgroups.
 */
async function removeEmptyCgroups(): Promise<void> {
  const top = '/sys/fs/cgroup';
  const hierarchies = await readdir(top).catch((): string[] => []);
  for (const folder of [top, ...hierarchies.map((name) => join(top, name))]) {
    await rmdir(join(folder, 'k8s.io')).catch(() => {});
  }
}

async function removePods(endpoint: string): Promise<void> {
  const limit = { signal: AbortSignal.timeout(60_000) };
  await using runtime = await connectRuntime({ endpoint, log: silentLog, requestTimeoutMs: 30_000, ...limit });
  const sandboxes = await runtime.listPodSandboxes(undefined, limit);
  await Promise.all(
    sandboxes.map(async ({ id }) => {
      await runtime.stopPodSandbox(id, limit);
      await runtime.removePodSandbox(id, limit);
    }),
  );
}

/** Kills the containers this daemon's runtime still lists, and the shims that serve its socket. */
async function endContainers(paths: FolderPaths, log: Log): Promise<void> {
  const { runc } = await findContainerdBinaries();
  const root = join(paths.state, 'runc', 'k8s.io');
  const ids = await readdir(root).catch(() => []);
  for (const id of ids) {
    await execa(runc, ['--root', root, 'delete', '--force', id]).catch((error: unknown) =>
      log.warn({ err: error, id }, 'runc could not delete a container'),
    );
  }
  for (const pid of await shimsOf(paths.socket)) {
    sendSignal(pid, 'SIGKILL');
    await untilGone(pid, 5_000);
  }
}

/** The shims started for this socket: theirs is the `-address` argument. */
export async function shimsOf(socket: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const argvs = await Promise.all(pids.map(async (pid) => ({ pid, argv: await argvOf(pid) })));
  return argvs
    .filter(({ argv }) => argv[0]?.includes('containerd-shim') && argv[argv.indexOf('-address') + 1] === socket)
    .map(({ pid }) => pid);
}
