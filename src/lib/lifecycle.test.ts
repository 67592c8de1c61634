import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { aborted, childOf, pause, runTogether } from './lifecycle.js';

describe('runTogether', () => {
  it('stops the others at the first fault and throws that fault', async () => {
    const stopped: string[] = [];
    const fault = new Error('broken');
    const run = runTogether(new AbortController().signal, [
      async () => {
        throw fault;
      },
      async (signal) => {
        await aborted(signal);
        stopped.push('other');
      },
    ]);
    await expect(run).rejects.toBe(fault);
    expect(stopped).toEqual(['other']);
  });

  it('settles after every loop has released what it holds', async () => {
    const stop = new AbortController();
    const order: string[] = [];
    const run = runTogether(stop.signal, [
      async (signal) => {
        await aborted(signal);
        await pause(5);
        order.push('released');
      },
    ]).then(() => order.push('settled'));
    stop.abort();
    await run;
    expect(order).toEqual(['released', 'settled']);
  });
});

describe('childOf', () => {
  it('follows its parent and leaves no listener behind', () => {
    const parent = new AbortController();
    {
      using child = childOf(parent.signal);
      expect(getEventListeners(parent.signal, 'abort')).toHaveLength(1);
      expect(child.signal.aborted).toBe(false);
    }
    expect(getEventListeners(parent.signal, 'abort')).toHaveLength(0);
  });

  it('is aborted from the start under an aborted parent', () => {
    using child = childOf(AbortSignal.abort('why'));
    expect(child.signal.reason).toBe('why');
  });
});

describe('pause', () => {
  it('returns early, without a throw, on abort', async () => {
    const stop = new AbortController();
    const waiting = pause(60_000, stop.signal);
    stop.abort();
    await expect(waiting).resolves.toBeUndefined();
    await expect(pause(60_000, stop.signal)).resolves.toBeUndefined();
  });
});
