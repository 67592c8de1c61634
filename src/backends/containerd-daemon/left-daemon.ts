import { readFile, rm } from 'node:fs/promises';
import { EdgeError, type Log } from '../../lib/index.js';
import { sendSignal, untilGone } from './end-process.js';
import type { FolderPaths } from './folder-paths.js';

const absentAsEmpty = (error: unknown): string => {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ESRCH') return '';
  throw error;
};

/** The arguments a process was started with; none when it is gone. */
export async function argvOf(pid: number): Promise<string[]> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(absentAsEmpty)).split('\0').slice(0, -1);
}

/** Ends a daemon that a crash left in this folder: two must not write to one root. Its containers go on. */
export async function endLeftDaemon(paths: FolderPaths, log: Log): Promise<void> {
  const pid = Number(await readFile(paths.pid, 'utf8').catch(absentAsEmpty));
  // The number may belong to another program by now; only one started with our config is ours.
  if (pid > 0 && (await argvOf(pid)).includes(paths.config)) {
    log.warn({ pid }, 'ending the containerd that an earlier run left behind');
    sendSignal(pid, 'SIGTERM');
    if (!(await untilGone(pid, 10_000))) {
      sendSignal(pid, 'SIGKILL');
      if (!(await untilGone(pid, 5_000))) {
        throw new EdgeError(
          'conflict',
          `a containerd from an earlier run (process ${pid}) does not end: end it by hand`,
        );
      }
    }
  }
  await rm(paths.pid, { force: true });
}
