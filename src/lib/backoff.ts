/** Exponential waiting. `next()` returns the wait in milliseconds and grows it; `reset()` starts over. */
export interface Backoff {
  next(): number;
  reset(): void;
}

/**
 * @param options.jitter share of the wait that is random, 0 to 1: 0.2 gives 80 % to 100 % of it
 */
export function createBackoff(options: {
  baseMs: number;
  maxMs: number;
  factor?: number;
  jitter?: number;
  random?: () => number;
}): Backoff {
  const { baseMs, maxMs, factor = 2, jitter = 0, random = Math.random } = options;
  let current = baseMs;
  return {
    next() {
      const wait = current * (1 - jitter * random());
      current = Math.min(maxMs, current * factor);
      return wait;
    },
    reset() {
      current = baseMs;
    },
  };
}
