import { type AsyncQueue, createAsyncQueue, EdgeError } from '../../lib/index.js';
import type { StoreEvent } from './entry.js';

interface Watcher {
  readonly prefix: string;
  readonly queue: AsyncQueue<StoreEvent>;
}

/** Events a watcher may leave unread before it is ended and has to list again. */
const backlog = 4096;

/** Hands committed events to everybody who watches their prefix, in revision order. */
export function createWatchHub() {
  const watchers = new Set<Watcher>();

  return {
    publish(events: readonly StoreEvent[]): void {
      for (const watcher of watchers) {
        for (const event of events) {
          if (event.key.startsWith(watcher.prefix)) offer(watcher, event);
        }
      }
    },
    /** Events from now on. Leaving the iteration or `end()` forgets the watcher. */
    subscribe(prefix: string): AsyncIterable<StoreEvent> & { end(): void } {
      const watcher: Watcher = { prefix, queue: createAsyncQueue<StoreEvent>(backlog) };
      watchers.add(watcher);
      const end = () => {
        watchers.delete(watcher);
        watcher.queue.close();
      };
      return {
        end,
        async *[Symbol.asyncIterator]() {
          try {
            yield* watcher.queue;
          } finally {
            end();
          }
        },
      };
    },
    close(): void {
      for (const { queue } of watchers) queue.close();
      watchers.clear();
    },
  };

  function offer(watcher: Watcher, event: StoreEvent): void {
    try {
      watcher.queue.push(event);
    } catch (cause) {
      watchers.delete(watcher);
      watcher.queue.close(new EdgeError('gone', 'the watch is too slow: list again', { cause }));
    }
  }
}
