import { createHeap, hasCode, type Log, pause } from '../../lib/index.js';

const firstRetryMs = 250;
const lastRetryMs = 60_000;

/**
 * Keys that need work. A key is worked on by one at a time, and again when it was added meanwhile;
 * a failed one is retried with growing waits. Nothing runs while nothing is due.
 */
export interface WorkQueue {
  add(key: string): void;
  /** Adds the key once `ms` have passed, or earlier when it is due earlier. */
  addAfter(key: string, ms: number): void;
  /** Works until aborted; then waits for the work under way. */
  run(signal: AbortSignal): Promise<void>;
}

interface Entry {
  readonly key: string;
  /** When it is due; undefined while it is not waiting. */
  dueAt: number | undefined;
  busy: boolean;
  failures: number;
}

export function createWorkQueue(options: {
  readonly name: string;
  readonly work: (key: string, signal: AbortSignal) => Promise<void>;
  readonly log: Log;
  readonly now: () => Date;
  readonly parallel?: number;
}): WorkQueue {
  const { name, work, now, parallel = 4 } = options;
  const log = options.log.child({ controller: name });
  const entries = new Map<string, Entry>();
  const due = createHeap<{ entry: Entry; at: number }>((a, b) => a.at < b.at);
  let wake = () => {};

  const schedule = (key: string, ms: number) => {
    const entry = entries.get(key) ?? { key, dueAt: undefined, busy: false, failures: 0 };
    entries.set(key, entry);
    const at = now().getTime() + ms;
    if (entry.dueAt !== undefined && entry.dueAt <= at) {
      // It may be due by now: a clock that was set, or a machine that slept, does not fire timers.
      wake();
      return;
    }
    entry.dueAt = at;
    if (entry.busy) return;
    due.push({ entry, at });
    wake();
  };

  const settle = (entry: Entry) => {
    entry.busy = false;
    if (entry.dueAt !== undefined) due.push({ entry, at: entry.dueAt });
    else if (entry.failures === 0) entries.delete(entry.key);
    wake();
  };

  const perform = async (entry: Entry, signal: AbortSignal) => {
    try {
      await work(entry.key, signal);
      entry.failures = 0;
    } catch (err) {
      if (signal.aborted) return;
      const wait = Math.min(lastRetryMs, firstRetryMs * 2 ** entry.failures);
      entry.failures += 1;
      // Losing a race for an object is ordinary; anything else that persists must be seen.
      if (!hasCode(err, 'conflict'))
        log.warn({ err, key: entry.key, retryMs: wait }, 'work failed, will be tried again');
      schedule(entry.key, wait);
    } finally {
      settle(entry);
    }
  };

  const takeDue = (): Entry | undefined => {
    for (let next = due.peek(); next && next.at <= now().getTime(); next = due.peek()) {
      due.pop();
      // A pair left behind by an earlier due time, or by work that began.
      if (next.entry.busy || next.entry.dueAt !== next.at) continue;
      next.entry.dueAt = undefined;
      next.entry.busy = true;
      return next.entry;
    }
    return undefined;
  };

  return {
    add: (key) => schedule(key, 0),
    addAfter: (key, ms) => schedule(key, ms),
    async run(signal) {
      const running = new Set<Promise<void>>();
      while (!signal.aborted) {
        const entry = running.size < parallel ? takeDue() : undefined;
        if (entry) {
          const task = perform(entry, signal).finally(() => running.delete(task));
          running.add(task);
          continue;
        }
        const next = running.size < parallel ? due.peek() : undefined;
        await untilWoken(next ? next.at - now().getTime() : undefined, signal);
      }
      await Promise.all(running);
    },
  };

  async function untilWoken(ms: number | undefined, signal: AbortSignal): Promise<void> {
    const timer = new AbortController();
    wake = () => timer.abort();
    signal.addEventListener('abort', wake);
    await pause(signal.aborted ? 0 : Math.max(1, ms ?? longWaitMs), timer.signal);
    signal.removeEventListener('abort', wake);
    wake = () => {};
  }
}

/** Waiting without a due key: any length will do, timers cannot wait for ever. */
const longWaitMs = 24 * 60 * 60_000;
