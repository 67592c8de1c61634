import { pause } from '../../lib/index.js';

/** False when there is no such process (any more). */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** SIGTERM, then SIGKILL when the process has not `ended` after `graceMs`. */
export async function endProcess(deps: { pid: number; ended: Promise<void>; graceMs: number }): Promise<void> {
  const { pid, ended, graceMs } = deps;
  if (!sendSignal(pid, 'SIGTERM')) return ended;
  const late = new AbortController();
  await Promise.race([
    ended,
    pause(graceMs, late.signal).then(() => late.signal.aborted || sendSignal(pid, 'SIGKILL')),
  ]);
  late.abort();
  await ended;
}

/** Settles when a process that is not our child is gone; false when it still is there after `timeoutMs`. */
export async function untilGone(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  // The kernel tells only a parent of an exit.
  while (sendSignal(pid, 0)) {
    if (Date.now() > deadline) return false;
    await pause(20);
  }
  return true;
}
