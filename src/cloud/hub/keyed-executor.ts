/**
 * Runs tasks side by side, those with the same key one after another in the order given.
 * `submit` resolves when the task was taken, which waits while `limit` tasks are under way.
 */
export interface KeyedExecutor {
  /** `task` must not reject. */
  submit(key: string, task: () => Promise<void>): Promise<void>;
}

export function createKeyedExecutor(limit: number): KeyedExecutor {
  const tails = new Map<string, Promise<void>>();
  const waiters: (() => void)[] = [];
  let running = 0;

  const finished = () => {
    running -= 1;
    waiters.shift()?.();
  };
  return {
    async submit(key, task) {
      while (running >= limit) await new Promise<void>((resolve) => waiters.push(resolve));
      running += 1;
      const previous = tails.get(key);
      const tail = previous === undefined ? task() : previous.then(task);
      tails.set(key, tail);
      const settle = () => {
        if (tails.get(key) === tail) tails.delete(key);
        finished();
      };
      tail.then(settle, settle);
    },
  };
}
