/** One timer for any number of sleepers; none while nobody waits. */
export interface WakeQueue extends Disposable {
  /** Wake `key` at a time (milliseconds since the epoch); undefined forgets it. */
  set(key: string, at: number | undefined): void;
}

// setTimeout holds 31 bits.
const longestMs = 2_000_000_000;

export function createWakeQueue(wake: (key: string) => void, now: () => number): WakeQueue {
  const times = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;

  const arm = (at: number) => {
    if (timer && timerAt <= at) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(ring, Math.min(longestMs, Math.max(0, at - now())));
  };

  const ring = () => {
    timer = undefined;
    timerAt = Number.POSITIVE_INFINITY;
    const due: string[] = [];
    let next = Number.POSITIVE_INFINITY;
    for (const [key, at] of times) {
      if (at <= now()) due.push(key);
      else next = Math.min(next, at);
    }
    for (const key of due) times.delete(key);
    if (next !== Number.POSITIVE_INFINITY) arm(next);
    for (const key of due) wake(key);
  };

  return {
    set(key, at) {
      if (at === undefined) times.delete(key);
      else {
        times.set(key, at);
        arm(at);
      }
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      times.clear();
    },
  };
}
