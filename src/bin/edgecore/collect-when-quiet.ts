import { constants, PerformanceObserver } from 'node:perf_hooks';

/** So many collections of the young generation (1 MB each with our flags) make a whole one worthwhile. */
const worthwhile = 4;

/**
 * Collects all garbage once after work, when the process has been quiet for a while. V8 itself waits until its heap has
 * grown by several megabytes, which at the edge is until the next busy time: till then the node would go without
 * that memory (docs/adr/0004). Heeds V8's own reports, so a process that does nothing is not woken.
 * @param deps.collect a full collection
 * @param deps.quietMs how long no young generation may have been collected
 */
export function collectWhenQuiet(deps: { collect: () => void; quietMs?: number }): Disposable {
  const { collect, quietMs = 10_000 } = deps;
  let seen = 0;
  let timer: NodeJS.Timeout | undefined;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as unknown as { detail: { kind: number } }).detail;
      if (kind === constants.NODE_PERFORMANCE_GC_MINOR) seen += 1;
    }
    if (seen < worthwhile) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      seen = 0;
      collect();
    }, quietMs).unref();
    timer.refresh();
  });
  observer.observe({ entryTypes: ['gc'] });
  return {
    [Symbol.dispose]() {
      observer.disconnect();
      clearTimeout(timer);
    },
  };
}
