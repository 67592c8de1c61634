import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { pause } from '../../lib/index.js';

/** A process beyond doubt: a recycled pid has another start time, a rebooted machine another boot id. */
export const processIdentity = z.object({ pid: z.int().positive(), startedAt: z.string(), boot: z.string() });
export type ProcessIdentity = z.infer<typeof processIdentity>;

/** Undefined when there is no such process (any more), or only its zombie. */
export async function identityOf(pid: number): Promise<ProcessIdentity | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The program's name, in parentheses, may hold anything: what follows the last one is regular (proc(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startedAt] = [fields[0], fields[19]];
  if (state === 'Z' || state === 'X' || startedAt === undefined) return undefined;
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  return { pid, startedAt, boot };
}

export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const now = await identityOf(identity.pid);
  return now !== undefined && now.startedAt === identity.startedAt && now.boot === identity.boot;
}

/** Sends the signal unless the process is gone. */
export async function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): Promise<void> {
  if (!(await isAlive(identity))) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits for a process that is not our child, so there is no event for its end. True when it ended in time. */
export async function waitForExit(identity: ProcessIdentity, deadlineMs: number): Promise<boolean> {
  const until = performance.now() + deadlineMs;
  while (await isAlive(identity)) {
    if (performance.now() > until) return false;
    await pause(50);
  }
  return true;
}

/** SIGTERM, then after `graceMs` SIGKILL. */
export async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  await signalProcess(identity, 'SIGTERM');
  if (await waitForExit(identity, graceMs)) return;
  await signalProcess(identity, 'SIGKILL');
  await waitForExit(identity, 5_000);
}
