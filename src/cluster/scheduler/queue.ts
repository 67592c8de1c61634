import type { Pod } from '../../kube/index.js';
import { createHeap, pause } from '../../lib/index.js';

const firstBackoffMs = 1000;
const maxBackoffMs = 10_000;
const retryMs = 5 * 60_000;

export interface QueuedPod {
  readonly uid: string;
  pod: Pod;
}

interface Entry extends QueuedPod {
  readonly arrival: number;
  attempts: number;
  state: 'active' | 'taken' | 'parked' | 'removed';
  /** Not before this time. */
  backoffUntil: number;
  /** Parked: becomes active at this time. */
  wakeAt: number;
}

/**
 * Pods that wait for a node: priority first, then arrival. A pod that found none waits until `wake`
 * or 5 minutes have passed, and never less than its backoff (1 s to 10 s, facts kubernetes-api §16).
 */
export interface SchedulingQueue {
  /** Adds a pod or updates the copy of one that waits. A changed pod gets another try. */
  put(pod: Pod, changed: boolean): void;
  remove(uid: string): void;
  /** The next pod to try. It must be answered with `park` or `remove`. */
  take(): QueuedPod | undefined;
  /** Puts a taken pod back after a failure; `wait: 'event'` until something changes, `'backoff'` only for its backoff. */
  park(uid: string, wait: 'event' | 'backoff'): void;
  /** Something changed that may help parked pods. */
  wake(): void;
  /** Resolves when `take` may have something, or on abort. */
  ready(signal: AbortSignal): Promise<void>;
}

export function createSchedulingQueue(now: () => number): SchedulingQueue {
  const entries = new Map<string, Entry>();
  const active = createHeap<{ entry: Entry; priority: number }>((a, b) =>
    a.priority === b.priority ? a.entry.arrival < b.entry.arrival : a.priority > b.priority,
  );
  const parked = createHeap<{ entry: Entry; at: number }>((a, b) => a.at < b.at);
  let arrivals = 0;
  let signalReady: (() => void) | undefined;

  const activate = (entry: Entry) => {
    entry.state = 'active';
    active.push({ entry, priority: entry.pod.spec?.priority ?? 0 });
    signalReady?.();
  };
  const parkUntil = (entry: Entry, at: number) => {
    entry.state = 'parked';
    entry.wakeAt = at;
    parked.push({ entry, at });
    signalReady?.();
  };
  const hurry = (entry: Entry) => {
    if (entry.state === 'parked' && entry.wakeAt > entry.backoffUntil) parkUntil(entry, entry.backoffUntil);
  };
  // Heaps keep outdated pairs until they surface; an entry that moved on is told by its state and time.
  const isParked = ({ entry, at }: { entry: Entry; at: number }) => entry.state === 'parked' && entry.wakeAt === at;
  const wakeDue = () => {
    for (let next = parked.peek(); next && (!isParked(next) || next.at <= now()); next = parked.peek()) {
      parked.pop();
      if (isParked(next)) activate(next.entry);
    }
  };

  return {
    put(pod, changed) {
      const uid = pod.metadata?.uid ?? '';
      const known = entries.get(uid);
      if (!known) {
        const entry: Entry = {
          uid,
          pod,
          arrival: arrivals++,
          attempts: 0,
          state: 'active',
          backoffUntil: 0,
          wakeAt: 0,
        };
        entries.set(uid, entry);
        activate(entry);
        return;
      }
      known.pod = pod;
      if (changed) hurry(known);
    },
    remove(uid) {
      const entry = entries.get(uid);
      if (entry) entry.state = 'removed';
      entries.delete(uid);
    },
    take() {
      wakeDue();
      for (let next = active.pop(); next; next = active.pop()) {
        if (next.entry.state !== 'active') continue;
        next.entry.state = 'taken';
        return next.entry;
      }
      return undefined;
    },
    park(uid, wait) {
      const entry = entries.get(uid);
      if (entry?.state !== 'taken') return;
      entry.backoffUntil = now() + Math.min(maxBackoffMs, firstBackoffMs * 2 ** entry.attempts);
      entry.attempts += 1;
      parkUntil(entry, wait === 'event' ? now() + retryMs : entry.backoffUntil);
    },
    wake() {
      for (const entry of entries.values()) hurry(entry);
    },
    async ready(signal) {
      wakeDue();
      if (active.size > 0) return;
      const timer = new AbortController();
      const stop = () => timer.abort();
      signalReady = stop;
      signal.addEventListener('abort', stop);
      const next = parked.peek();
      await pause(signal.aborted ? 0 : Math.max(1, next ? next.at - now() : retryMs), timer.signal);
      signal.removeEventListener('abort', stop);
      signalReady = undefined;
    },
  };
}
