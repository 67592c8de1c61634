import { expect, it } from 'vitest';
import { collectWhenQuiet } from './collect-when-quiet.js';

/** Makes garbage until the young generation has been collected many times over, in turns so that reports get through. */
async function work(megabytes: number): Promise<number> {
  let made = 0;
  for (let turn = 0; turn < megabytes; turn += 1) {
    for (let index = 0; index < 20_000; index += 1) made += { text: `${turn}/${index}`, index }.text.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return made;
}

it('garbage is collected after work', async () => {
  let tell = () => {};
  const collected = new Promise<void>((resolve) => {
    tell = resolve;
  });
  using _collecting = collectWhenQuiet({ collect: tell, quietMs: 20 });
  expect(await work(400)).toBeGreaterThan(0);
  await collected;
});

it('nothing is collected once it is over', async () => {
  let collections = 0;
  collectWhenQuiet({ collect: () => (collections += 1), quietMs: 1 })[Symbol.dispose]();
  expect(await work(400)).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(collections).toBe(0);
});
