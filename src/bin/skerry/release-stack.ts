import { messageOf } from '../../lib/index.js';
import type { Report } from './report.js';

/**
 * What has been started, to be stopped in reverse. Every release is tried, whatever the ones before
 * it did; `release` may be called again and does nothing then.
 */
export function createReleaseStack(report: Report) {
  const held: { what: string; release: () => PromiseLike<unknown> }[] = [];
  return {
    defer(what: string, release: () => PromiseLike<unknown>): void {
      held.push({ what, release });
    },
    /** Returns how many releases failed. */
    async releaseAll(): Promise<number> {
      let failures = 0;
      for (let next = held.pop(); next; next = held.pop()) {
        report.line(`stopping ${next.what}`);
        try {
          await next.release();
        } catch (error) {
          failures += 1;
          report.line(`stopping ${next.what} failed: ${messageOf(error)}`);
        }
      }
      return failures;
    },
  };
}
