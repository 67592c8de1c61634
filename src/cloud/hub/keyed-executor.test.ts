import { describe, expect, it } from 'vitest';
import { createKeyedExecutor } from './keyed-executor.js';

function gate() {
  let open: () => void = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

describe('the keyed executor', () => {
  it('keeps the order within a key and runs keys side by side', async () => {
    const executor = createKeyedExecutor(8);
    const order: string[] = [];
    const first = gate();
    const done = gate();
    await executor.submit('a', async () => {
      await first.passed;
      order.push('a1');
    });
    await executor.submit('a', async () => {
      order.push('a2');
      done.open();
    });
    await executor.submit('b', async () => {
      order.push('b');
      first.open();
    });
    await done.passed;
    expect(order).toEqual(['b', 'a1', 'a2']);
  });

  it('takes no more than its limit at once', async () => {
    const executor = createKeyedExecutor(2);
    const gates = [gate(), gate(), gate()];
    let running = 0;
    const task = (index: number) => async () => {
      running += 1;
      await gates[index]?.passed;
      running -= 1;
    };
    await executor.submit('a', task(0));
    await executor.submit('b', task(1));
    const third = executor.submit('c', task(2));
    expect(running).toBe(2);
    gates[0]?.open();
    await third;
    expect(running).toBe(2);
    for (const { open } of gates) open();
  });
});
