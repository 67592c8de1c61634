import type { CrashEntry } from './memory.js';

const startMs = 10_000;
const capMs = 300_000;

/** When a container that ended at `finishedAt` may start again; `now` or earlier means at once (facts kubelet-on-cri §2.7). */
export function restartAt(entry: CrashEntry | undefined, hash: string, finishedAt: number): number {
  if (entry === undefined || entry.hash !== hash || isStale(entry, finishedAt)) return 0;
  return finishedAt + entry.delayMs;
}

/** The entry to remember once the container has been started again. */
export function afterRestart(entry: CrashEntry | undefined, hash: string, finishedAt: number, now: number): CrashEntry {
  const first = entry === undefined || entry.hash !== hash || isStale(entry, finishedAt);
  return { hash, updatedAt: now, delayMs: first ? startMs : Math.min(capMs, entry.delayMs * 2) };
}

const isStale = (entry: CrashEntry, finishedAt: number) => finishedAt - entry.updatedAt > 2 * capMs;
