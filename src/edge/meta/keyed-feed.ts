/** Tells followers what changed. A slow follower sees the newest state per key, so what waits is bounded by the keys there are. */
export interface KeyedFeed<T> {
  publish(key: string, item: T): void;
  /** Follows from the moment of the call, not of the first read, until abort. One consumer per call. */
  follow(signal: AbortSignal): AsyncIterable<T>;
}

export function createKeyedFeed<T>(): KeyedFeed<T> {
  const followers = new Set<(key: string, item: T) => void>();
  return {
    publish(key, item) {
      for (const tell of followers) tell(key, item);
    },
    follow(signal) {
      const pending = new Map<string, T>();
      let wake = () => {};
      const tell = (key: string, item: T) => {
        pending.set(key, item);
        wake();
      };
      const stop = () => {
        followers.delete(tell);
        wake();
      };
      followers.add(tell);
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
      return drain(
        pending,
        signal,
        (resolve) => {
          wake = resolve;
        },
        () => {
          signal.removeEventListener('abort', stop);
          stop();
        },
      );
    },
  };
}

async function* drain<T>(
  pending: Map<string, T>,
  signal: AbortSignal,
  onWake: (resolve: () => void) => void,
  release: () => void,
): AsyncGenerator<T> {
  try {
    while (!signal.aborted) {
      for (const [key, item] of pending) {
        pending.delete(key);
        yield item;
        if (signal.aborted) return;
      }
      if (pending.size > 0) continue;
      await new Promise<void>((resolve) => {
        onWake(resolve);
        if (signal.aborted) resolve();
      });
    }
  } finally {
    release();
  }
}
