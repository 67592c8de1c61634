/** Milliseconds of a set of samples. */
export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
}

/** Nearest-rank percentiles, rounded to a tenth of a millisecond. */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
  const round = (value: number) => Math.round(value * 10) / 10;
  return { count: sorted.length, p50: round(rank(0.5)), p99: round(rank(0.99)) };
}

export const timed = async <T>(work: () => Promise<T>): Promise<number> => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};
