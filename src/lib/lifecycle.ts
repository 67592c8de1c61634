import { once, setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** A long-running part. Abort asks it to stop; settling means everything is released; a throw is a fault. */
export type Loop = (signal: AbortSignal) => Promise<void>;

/**
 * An AbortController that follows `parent` until disposed. Unlike `AbortSignal.any` it leaves no
 * listener behind on a long-lived parent (a leak on Node 20).
 */
export function childOf(parent: AbortSignal): AbortController & Disposable {
  const child = new AbortController();
  // Every request and watch of a group listens to it: many listeners are no leak here.
  setMaxListeners(0, child.signal);
  const follow = () => child.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow, { once: true });
  return Object.assign(child, { [Symbol.dispose]: () => parent.removeEventListener('abort', follow) });
}

/** Runs the loops side by side until all have settled; the first fault stops the others and is thrown. */
export async function runTogether(stop: AbortSignal, loops: readonly Loop[]): Promise<void> {
  using group = childOf(stop);
  const faults: unknown[] = [];
  await Promise.all(
    loops.map(async (loop) => {
      try {
        await loop(group.signal);
      } catch (error) {
        faults.push(error);
        group.abort(error);
      }
    }),
  );
  if (faults.length > 0) throw faults[0];
}

/** Waits `ms` milliseconds; returns early, without a throw, on abort. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  await sleep(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    if (!signal?.aborted) throw error;
  });
}

/** Settles when `signal` aborts. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
