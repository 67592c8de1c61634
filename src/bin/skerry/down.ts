import { readdir, readFile, rm } from 'node:fs/promises';
import { findCniBinDir, startContainerd } from '../../backends/containerd-daemon/index.js';
import { connectRuntime } from '../../cri/index.js';
import { EdgeError, silentLog } from '../../lib/index.js';
import { imageNames } from './images.js';
import type { Layout } from './layout.js';
import { readProcessFile } from './process-file.js';
import { endProcess, signalProcess, waitForExit } from './process-identity.js';
import type { Report } from './report.js';
import { removeSandboxes } from './sandboxes.js';
import { loadSettings } from './settings.js';

const stopMs = 120_000;
/** In the order they are stopped in. */
const parts = ['edgecore', 'cloudcore', 'cluster', 'containerd'];

/** Stops the skerry of this state, whether its supervisor lives or was killed. */
export async function down(layout: Layout, report: Report): Promise<void> {
  const supervisor = await readProcessFile(layout.supervisor);
  if (supervisor) {
    report.line(`stopping skerry (process ${supervisor.pid})`);
    await signalProcess(supervisor, 'SIGTERM');
    if (!(await waitForExit(supervisor, stopMs))) {
      throw new EdgeError('timeout', `Process ${supervisor.pid} does not stop: ${layout.logs} tells why.`);
    }
  }
  await stopStrays(layout, report);
}

/** Stops what a killed supervisor left behind: parts first, then the pods of our own containerd. */
export async function stopStrays(layout: Layout, report: Report): Promise<void> {
  for (const name of parts) {
    const stray = await readProcessFile(layout.processFile(name));
    if (stray) {
      report.line(`stopping ${name} of an earlier start (process ${stray.pid})`);
      await endProcess(stray, 15_000);
    }
    await rm(layout.processFile(name), { force: true });
    await rm(layout.holdFile(name), { force: true });
  }
  if (await hasShims(layout.containerdSocket)) await removeStrayPods(layout, report);
}

/** Shims outlive containerd, and only a containerd with its state can end them cleanly. */
async function removeStrayPods(layout: Layout, report: Report): Promise<void> {
  const settings = await loadSettings(layout);
  if (!settings) return;
  report.line('stopping pods of an earlier start');
  await using daemon = await startContainerd({
    folder: layout.containerd,
    cniConfDir: layout.cniConfDir,
    cniBinDir: await findCniBinDir(),
    sandboxImage: imageNames[settings.images].pause,
    log: silentLog,
  });
  await using runtime = await connectRuntime({ endpoint: daemon.socket, log: silentLog });
  await removeSandboxes(runtime);
}

/** Whether any containerd shim on this machine reports to this socket. */
async function hasShims(socket: string): Promise<boolean> {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const words = (await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (words[0]?.includes('containerd-shim') && words.includes(socket)) return true;
  }
  return false;
}
