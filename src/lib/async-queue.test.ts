import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createAsyncQueue } from './async-queue.js';

const drain = async <T>(queue: AsyncIterable<T>) => {
  const items: T[] = [];
  for await (const item of queue) items.push(item);
  return items;
};

describe('an async queue', () => {
  it('hands over items in order, those pushed before and during iteration', async () => {
    const queue = createAsyncQueue<number>(10);
    queue.push(1);
    const all = drain(queue);
    queue.push(2);
    await Promise.resolve();
    queue.push(3);
    queue.close();
    expect(await all).toEqual([1, 2, 3]);
  });

  it('refuses what does not fit and keeps what it has', async () => {
    const queue = createAsyncQueue<number>(2);
    queue.push(1);
    queue.push(2);
    expect(() => queue.push(3)).toThrow('queue is full');
    expect(queue.size).toBe(2);
    queue.close();
    expect(await drain(queue)).toEqual([1, 2]);
  });

  it('gives the waiting items before the fault it was closed with', async () => {
    const queue = createAsyncQueue<number>(2);
    queue.push(1);
    queue.close(new Error('lost'));
    const seen: number[] = [];
    await expect(
      (async () => {
        for await (const item of queue) seen.push(item);
      })(),
    ).rejects.toThrow('lost');
    expect(seen).toEqual([1]);
  });

  it('keeps order over many thousand items', async () => {
    const queue = createAsyncQueue<number>(100_000);
    for (let i = 0; i < 50_000; i += 1) queue.push(i);
    queue.close();
    expect(await drain(queue)).toEqual(Array.from({ length: 50_000 }, (_, i) => i));
  });
});

it('keeps nothing of what was taken', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const queue = createAsyncQueue<object>(10);
  const consumer = queue[Symbol.asyncIterator]();
  const pushed = [{ a: 1 }, { a: 2 }, { a: 3 }].map((item) => {
    queue.push(item);
    return new WeakRef(item);
  });
  for (let taken = 0; taken < 2; taken += 1) expect((await consumer.next()).done).toBe(false);
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  expect(pushed.map((item) => item.deref() !== undefined)).toEqual([false, false, true]);
  expect(queue.size).toBe(1);
});
