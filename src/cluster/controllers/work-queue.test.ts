import { describe, expect, it } from 'vitest';
import { EdgeError, pause, silentLog } from '../../lib/index.js';
import { createWorkQueue } from './work-queue.js';

/** A queue whose work the test finishes by hand. */
function open(parallel = 2) {
  const clock = { ms: 0 };
  const started: string[] = [];
  const open: { key: string; finish: (error?: unknown) => void }[] = [];
  const queue = createWorkQueue({
    name: 'test',
    log: silentLog,
    now: () => new Date(clock.ms),
    parallel,
    work: (key) => {
      started.push(key);
      return new Promise((resolve, reject) => {
        open.push({ key, finish: (error) => (error === undefined ? resolve() : reject(error)) });
      });
    },
  });
  const stop = new AbortController();
  const done = queue.run(stop.signal);
  const finish = async (key: string, error?: unknown) => {
    open
      .splice(
        open.findIndex((task) => task.key === key),
        1,
      )[0]
      ?.finish(error);
    await pause(5);
  };
  return { queue, clock, started, finish, stop, done };
}

describe('a work queue', () => {
  it('works on a key once at a time and again when it was added meanwhile', async () => {
    const { queue, started, finish, stop, done } = open();
    queue.add('a');
    queue.add('a');
    await pause(5);
    expect(started).toEqual(['a']);
    queue.add('a');
    queue.add('a');
    await pause(5);
    expect(started).toEqual(['a']);
    await finish('a');
    expect(started).toEqual(['a', 'a']);
    await finish('a');
    expect(started).toEqual(['a', 'a']);
    stop.abort();
    await done;
  });

  it('does no more than it may at once', async () => {
    const { queue, started, finish, stop, done } = open(2);
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await pause(5);
    expect(started).toHaveLength(2);
    await finish(started[0] ?? '');
    expect(new Set(started)).toEqual(new Set(['a', 'b', 'c']));
    await finish(started[1] ?? '');
    await finish(started[2] ?? '');
    stop.abort();
    await done;
  });

  it('tries a failed key again after a wait that grows, and at once when it is added', async () => {
    const { queue, clock, started, finish, stop, done } = open();
    queue.add('a');
    await pause(5);
    await finish('a', new EdgeError('unavailable', 'down'));
    clock.ms += 249;
    queue.addAfter('a', 1_000_000);
    await pause(5);
    expect(started).toHaveLength(1);
    clock.ms += 1;
    queue.addAfter('a', 1_000_000);
    await pause(5);
    expect(started).toHaveLength(2);
    await finish('a', new EdgeError('unavailable', 'down'));
    clock.ms += 499;
    queue.addAfter('a', 1_000_000);
    await pause(5);
    expect(started).toHaveLength(2);
    queue.add('a');
    await pause(5);
    expect(started).toHaveLength(3);
    await finish('a');
    stop.abort();
    await done;
  });

  it('keeps the earlier of two due times', async () => {
    const { queue, clock, started, finish, stop, done } = open();
    queue.addAfter('a', 5000);
    queue.addAfter('a', 1000);
    queue.addAfter('a', 3000);
    clock.ms = 1000;
    queue.addAfter('b', 1);
    await pause(20);
    expect(started).toEqual(['a']);
    await finish('a');
    clock.ms = 10_000;
    queue.add('b');
    await pause(5);
    expect(started).toEqual(['a', 'b']);
    await finish('b');
    stop.abort();
    await done;
  });

  it('ends after the work under way when it is stopped', async () => {
    const { queue, finish, stop, done } = open();
    queue.add('a');
    await pause(5);
    stop.abort();
    let ended = false;
    const watched = done.then(() => {
      ended = true;
    });
    await pause(5);
    expect(ended).toBe(false);
    await finish('a');
    await watched;
  });
});
