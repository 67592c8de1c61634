import { describe, expect, it } from 'vitest';
import { createSchedulingQueue } from './queue.js';
import { testPod } from './test-objects.js';

function open() {
  const clock = { ms: 0 };
  const queue = createSchedulingQueue(() => clock.ms);
  const put = (name: string, priority = 0) => queue.put(testPod(name, {}, { priority }), false);
  const takeAll = () => {
    const names: string[] = [];
    for (let next = queue.take(); next; next = queue.take()) names.push(next.pod.metadata?.name ?? '');
    return names;
  };
  return { clock, queue, put, takeAll };
}

describe('the scheduling queue', () => {
  it('goes by priority, then by arrival', () => {
    const { put, takeAll, queue } = open();
    put('a');
    put('b', 5);
    put('c');
    put('d', 5);
    put('gone', 9);
    queue.remove('uid-gone');
    expect(takeAll()).toEqual(['b', 'd', 'a', 'c']);
  });

  it('parks for five minutes, or until something changes', () => {
    const { clock, queue, put, takeAll } = open();
    put('a');
    takeAll();
    queue.park('uid-a', 'event');
    clock.ms = 299_999;
    expect(takeAll()).toEqual([]);
    clock.ms = 300_000;
    expect(takeAll()).toEqual(['a']);
    queue.park('uid-a', 'event');
    clock.ms += 5000;
    queue.wake();
    expect(takeAll()).toEqual(['a']);
  });

  it('makes every wait at least the backoff, 1 s to 10 s', () => {
    const { clock, queue, put, takeAll } = open();
    put('a');
    for (const seconds of [1, 2, 4, 8, 10, 10]) {
      expect(takeAll()).toEqual(['a']);
      queue.park('uid-a', 'event');
      queue.wake();
      clock.ms += seconds * 1000 - 1;
      expect(takeAll()).toEqual([]);
      clock.ms += 1;
    }
  });

  it('gives a changed pod another try and keeps one that is taken', () => {
    const { clock, queue, put, takeAll } = open();
    put('a');
    takeAll();
    put('a');
    expect(takeAll()).toEqual([]);
    queue.park('uid-a', 'event');
    clock.ms = 1000;
    put('a');
    expect(takeAll()).toEqual([]);
    queue.put(testPod('a', { cpu: '1' }), true);
    expect(queue.take()?.pod.spec?.containers[0]?.resources?.requests).toEqual({ cpu: '1' });
  });

  it('wakes who waits for it', async () => {
    const { queue, put } = open();
    const ready = queue.ready(new AbortController().signal);
    put('a');
    await ready;
    expect(queue.take()?.uid).toBe('uid-a');
    const stop = new AbortController();
    const waiting = queue.ready(stop.signal);
    stop.abort();
    await waiting;
  });
});
