import { EdgeError } from './errors.js';

/**
 * A bounded first-in first-out queue between a producer and one consumer.
 * `push` refuses with code `unavailable` when `limit` items wait: the producer decides what to do.
 */
export interface AsyncQueue<T> extends AsyncIterable<T> {
  push(item: T): void;
  /** Ends iteration once the waiting items are taken; with an error, iteration throws it. */
  close(error?: unknown): void;
  readonly size: number;
}

export function createAsyncQueue<T>(limit: number): AsyncQueue<T> {
  let items: (T | undefined)[] = [];
  let head = 0;
  let ended = false;
  let fault: unknown;
  let wake: (() => void) | undefined;

  const take = (): T | undefined => {
    const item = items[head];
    // Let go at once: the next item, with which the list shrinks, may be hours away.
    items[head++] = undefined;
    if (head === items.length) {
      items = [];
      head = 0;
    } else if (head > 1024 && head * 2 > items.length) {
      items = items.slice(head);
      head = 0;
    }
    return item;
  };

  return {
    get size() {
      return items.length - head;
    },
    push(item) {
      if (ended) return;
      if (items.length - head >= limit) throw new EdgeError('unavailable', `queue is full (${limit} items)`);
      items.push(item);
      wake?.();
    },
    close(error) {
      ended = true;
      fault ??= error;
      wake?.();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (items.length - head > 0) yield take() as T;
        if (ended) {
          if (fault !== undefined) throw fault;
          return;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
      }
    },
  };
}
