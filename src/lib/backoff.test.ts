import { describe, expect, it } from 'vitest';
import { createBackoff } from './backoff.js';

describe('a back-off', () => {
  it('doubles up to its cap and starts over after a reset', () => {
    const backoff = createBackoff({ baseMs: 100, maxMs: 350 });
    expect([backoff.next(), backoff.next(), backoff.next(), backoff.next()]).toEqual([100, 200, 350, 350]);
    backoff.reset();
    expect(backoff.next()).toBe(100);
  });

  it('takes at most its jitter off the wait', () => {
    const least = createBackoff({ baseMs: 100, maxMs: 100, jitter: 0.2, random: () => 1 });
    const most = createBackoff({ baseMs: 100, maxMs: 100, jitter: 0.2, random: () => 0 });
    expect([least.next(), most.next()]).toEqual([80, 100]);
  });
});
