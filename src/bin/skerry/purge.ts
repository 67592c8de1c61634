import { readdir, readFile, rm } from 'node:fs/promises';
import { execa } from 'execa';
import { purgeContainerd } from '../../backends/containerd-daemon/index.js';
import { EdgeError, silentLog } from '../../lib/index.js';
import { removeCgroups } from './cgroups.js';
import { down } from './down.js';
import type { Layout } from './layout.js';
import { removeMasquerade } from './masquerade.js';
import { removeBridge } from './network.js';
import type { Report } from './report.js';
import { loadSettings } from './settings.js';

/** Stops the skerry of this state and removes everything it made. A folder that is not a skerry's is refused. */
export async function purge(layout: Layout, report: Report): Promise<void> {
  const entries = await readdir(layout.state).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (entries === undefined) {
    report.line(`there is nothing at ${layout.state}`);
    return;
  }
  const settings = await loadSettings(layout);
  if (!settings && entries.some((name) => !['run', 'logs'].includes(name))) {
    throw new EdgeError('invalid', `${layout.state} was not made by skerry: it is left alone.`);
  }
  await down(layout, report);
  if (settings) {
    await removeBridge(settings.bridge);
    await removeMasquerade(settings.bridge);
    await removeCgroups(settings.bridge);
  }
  if (settings && settings.runtimeEndpoint === undefined) {
    await purgeContainerd({ folder: layout.containerd, log: silentLog });
  }
  await unmountBelow(layout.state);
  report.line(`removing ${layout.state}`);
  await rm(layout.state, { recursive: true, force: true });
}

/** Unmounts everything below a folder, deepest first. */
async function unmountBelow(folder: string): Promise<void> {
  const mounts = mountPoints(await readFile('/proc/self/mountinfo', 'utf8')).filter((path) =>
    path.startsWith(`${folder}/`),
  );
  for (const path of mounts.sort((a, b) => b.length - a.length)) await execa('umount', [path]);
}

/** The fifth field of each line, with its octal escapes undone (proc_pid_mountinfo(5)). */
export function mountPoints(mountinfo: string): string[] {
  return mountinfo
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .map((path) => path.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8))));
}
