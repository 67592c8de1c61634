import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KubeObject } from '../../kube/index.js';
import { silentLog } from '../../lib/index.js';
import type { StoreEvent } from './entry.js';
import { type ObjectStore, openStore } from './object-store.js';

// Real sockets and disks on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let folder: string;
let clock: Date;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-store-'));
  clock = new Date('2026-01-01T00:00:00Z');
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (name = 'cluster.db') => openStore({ path: join(folder, name), log: silentLog, now: () => clock });
const prefix = 'core/configmaps/';
const object = (name: string, value: number): KubeObject => ({ metadata: { name, generation: value } });

async function write(store: ObjectStore, name: string, value: number | undefined): Promise<void> {
  const key = `${prefix}default/${name}`;
  const current = store.current(key);
  if (value !== undefined) await store.put(key, current, object(name, value));
  else if (current) await store.remove(key, current, current.object);
}

/** The first `count` events after a revision. */
async function take(store: ObjectStore, since: number, count: number): Promise<StoreEvent[]> {
  const stop = new AbortController();
  const events: StoreEvent[] = [];
  if (count === 0) return events;
  for await (const event of store.watch(prefix, since, stop.signal)) {
    events.push(event);
    if (events.length === count) stop.abort();
  }
  return events;
}

const stateOf = (entries: readonly { key: string; object: KubeObject }[]) =>
  Object.fromEntries(
    entries.map(({ key, object: { metadata } }) => [key, [metadata?.generation, metadata?.resourceVersion]]),
  );

const writes = fc.array(
  fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.option(fc.nat(9), { nil: undefined }) }),
  { maxLength: 40 },
);

describe('the object store', () => {
  it('replays to the state it lists, at every revision', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(writes, async (steps) => {
        run += 1;
        await using store = open(`${run}.db`);
        const states = [{}];
        for (const { name, value } of steps) {
          const before = store.revision();
          await write(store, name, value);
          if (store.revision() > before) states.push(stateOf(store.list({ prefix }).entries));
        }
        const top = store.revision();
        const state: Record<string, unknown> = {};
        for (const event of await take(store, 0, top)) {
          const shown = [event.object.metadata?.generation, String(event.revision)];
          expect(event.previous === undefined).toBe(state[event.key] === undefined);
          if (event.kind === 'put') state[event.key] = shown;
          else delete state[event.key];
          expect(state).toEqual(states[event.revision]);
          expect(stateOf(store.list({ prefix, revision: event.revision }).entries)).toEqual(state);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('shows a live watcher what a replaying one sees', async () => {
    await fc.assert(
      fc.asyncProperty(writes, fc.nat(), async (steps, salt) => {
        await using store = open(`live-${salt}-${steps.length}-${Math.random()}.db`);
        const stop = new AbortController();
        const live: StoreEvent[] = [];
        const watching = (async () => {
          for await (const event of store.watch(prefix, 0, stop.signal)) live.push(event);
        })();
        for (const { name, value } of steps) await write(store, name, value);
        const replayed = await take(store, 0, store.revision());
        stop.abort();
        await watching;
        expect(live).toEqual(replayed);
      }),
      { numRuns: 15 },
    );
  });

  it('lets one of two writers on the same state win', async () => {
    await using store = open();
    const key = `${prefix}default/a`;
    const first = await store.put(key, undefined, object('a', 1));
    const outcomes = await Promise.allSettled([2, 3, 4].map((value) => store.put(key, first, object('a', value))));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'conflict' } });
    await expect(store.put(key, undefined, object('a', 9))).rejects.toMatchObject({ code: 'conflict' });
    expect(store.get(key)?.object.metadata?.generation).toBe(2);
  });

  it('hides a write from readers until it is on the disk, and shows it to the next writer', async () => {
    await using store = open();
    const key = `${prefix}default/a`;
    const writing = store.put(key, undefined, object('a', 1));
    expect(store.get(key)).toBeUndefined();
    expect(store.current(key)?.object.metadata?.generation).toBe(1);
    await writing;
    expect(store.get(key)?.object.metadata?.generation).toBe(1);
  });

  it('forgets history it no longer needs and keeps the state', async () => {
    await using store = open();
    for (const value of [1, 2, 3]) await write(store, 'a', value);
    await write(store, 'b', 1);
    await write(store, 'b', undefined);
    const before = stateOf(store.list({ prefix }).entries);
    clock = new Date(clock.getTime() + 1000);
    await write(store, 'c', 1);
    store.compact(clock);
    expect(store.compacted()).toBe(5);
    expect(stateOf(store.list({ prefix, revision: 5 }).entries)).toEqual(before);
    expect(() => store.list({ prefix, revision: 4 })).toThrow(expect.objectContaining({ code: 'gone' }));
    await expect(take(store, 4, 1)).rejects.toMatchObject({ code: 'gone' });
    expect((await take(store, 5, 1))[0]?.key).toBe(`${prefix}default/c`);
    await write(store, 'b', 7);
    expect(Object.keys(stateOf(store.list({ prefix }).entries))).toEqual(
      ['a', 'b', 'c'].map((name) => `${prefix}default/${name}`),
    );
  });

  it('keeps the state through any compaction', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(writes, fc.nat(40), async (steps, at) => {
        run += 1;
        await using store = open(`compact-${run}.db`);
        for (const [index, { name, value }] of steps.entries()) {
          clock = new Date(clock.getTime() + 10);
          await write(store, name, value);
          if (index === at) store.compact(clock);
        }
        const before = store.list({ prefix }).entries;
        store.compact(clock);
        expect(store.list({ prefix }).entries).toEqual(before);
      }),
      { numRuns: 20 },
    );
  });

  it('pages through a list at one revision while others write', async () => {
    await using store = open();
    for (const name of ['a', 'b', 'c', 'd', 'e']) await write(store, name, 1);
    const first = store.list({ prefix, limit: 2 });
    expect(first).toMatchObject({ revision: 5, remaining: 3 });
    await write(store, 'c', undefined);
    const rest = store.list({ prefix, limit: 3, revision: first.revision, after: first.entries.at(-1)?.key });
    expect(rest.entries.map(({ object: { metadata } }) => metadata?.name)).toEqual(['c', 'd', 'e']);
    expect(rest.remaining).toBeUndefined();
  });

  it('never gives a revision twice, even after the last object is gone and the file was reopened', async () => {
    {
      await using store = open();
      await write(store, 'a', 1);
      await write(store, 'a', undefined);
      clock = new Date(clock.getTime() + 1000);
      store.compact(clock);
    }
    await using store = open();
    expect(store.revision()).toBe(2);
    await write(store, 'a', 1);
    expect(store.get(`${prefix}default/a`)?.revision).toBe(3);
  });

  it('ends a watcher that does not keep up', async () => {
    await using store = open();
    const stop = new AbortController();
    const watching = store.watch(prefix, 0, stop.signal);
    const next = watching.next();
    await write(store, 'a', 0);
    await next;
    await Promise.all(Array.from({ length: 5000 }, (_, index) => write(store, `n${index}`, index)));
    await expect(
      (async () => {
        for await (const _ of watching);
      })(),
    ).rejects.toMatchObject({ code: 'gone' });
  });
});
