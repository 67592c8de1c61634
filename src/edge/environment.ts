import { readdir, readFile } from 'node:fs/promises';
import { EdgeError } from '../lib/index.js';

/**
 * Refuses to share the machine with a kubelet (facts keadm-and-config §3.1): both would manage the same
 * containers. Throws `conflict` naming the process.
 */
export async function refuseKubelet(procRoot = '/proc'): Promise<void> {
  for (const entry of await readdir(procRoot)) {
    if (!/^\d+$/.test(entry)) continue;
    // A process may end while it is looked at.
    const name = await readFile(`${procRoot}/${entry}/comm`, 'utf8').catch(() => '');
    if (name.trim() === 'kubelet') {
      throw new EdgeError(
        'conflict',
        `a kubelet runs on this machine (process ${entry}); stop it, or set CHECK_EDGECORE_ENVIRONMENT=false`,
      );
    }
  }
}
