import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startCluster, type TestCluster } from '../testing/start-cluster.js';

// Real sockets and disks on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

// biome-ignore lint/suspicious/noExplicitAny: events are looked into freely
type Event = { type: string; object: any };

/** Reads events of a watch until `done` says so, then hangs up. */
async function watch(path: string, done: (event: Event) => boolean, accept?: string): Promise<Event[]> {
  const response = await cluster.open('GET', path, accept === undefined ? {} : { accept });
  expect(response.statusCode).toBe(200);
  const events: Event[] = [];
  for await (const line of createInterface({ input: response })) {
    const event = JSON.parse(line) as Event;
    events.push(event);
    if (done(event)) break;
  }
  response.destroy();
  return events;
}

async function newNamespace(): Promise<string> {
  const { body } = await cluster.ask('POST', '/api/v1/namespaces', { body: { metadata: { generateName: 'w-' } } });
  return `/api/v1/namespaces/${body.metadata.name}/configmaps`;
}

const step = fc.record({
  name: fc.constantFrom('a', 'b', 'c'),
  value: fc.option(fc.nat(5)),
  label: fc.constantFrom('x', 'y'),
});

async function apply(
  maps: string,
  { name, value, label }: { name: string; value: number | null; label: string },
): Promise<void> {
  if (value === null) {
    await cluster.ask('DELETE', `${maps}/${name}`);
    return;
  }
  const body = { metadata: { name, labels: { label } }, data: { value: `${value}` } };
  const { code } = await cluster.ask('PUT', `${maps}/${name}`, { body });
  if (code === 404) await cluster.ask('POST', maps, { body });
}

describe('a watch', () => {
  it('builds the same state as a list, whatever is written, with and without a selector', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 15 }), fc.boolean(), async (steps, selective) => {
        const maps = await newNamespace();
        const selector = selective ? 'labelSelector=label%3Dx' : 'labelSelector=label';
        const start = (await cluster.ask('GET', `${maps}?${selector}`)).body.metadata.resourceVersion;
        for (const each of steps) await apply(maps, each);
        await apply(maps, { name: 'end', value: 1, label: 'x' });
        const state = new Map<string, unknown>();
        const seen = await watch(
          `${maps}?watch=1&resourceVersion=${start}&${selector}`,
          ({ object }) => object.metadata.name === 'end',
        );
        for (const { type, object } of seen) {
          const { name } = object.metadata;
          // ADDED is for what was not there, MODIFIED and DELETED for what was.
          expect(state.has(name)).toBe(type !== 'ADDED');
          if (type === 'DELETED') state.delete(name);
          else state.set(name, object);
        }
        const versions = seen.map(({ object }) => Number(object.metadata.resourceVersion));
        expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
        const listed = (await cluster.ask('GET', `${maps}?${selector}`)).body.items;
        expect(
          [...state.values()].map((object) => ({ ...(object as object), kind: undefined, apiVersion: undefined })),
        ).toEqual(expect.arrayContaining(listed.map((item: object) => expect.objectContaining(item))));
        expect(state.size).toBe(listed.length);
      }),
      { numRuns: 12 },
    );
  });

  it('begins with what exists when no version is named', async () => {
    const maps = await newNamespace();
    await apply(maps, { name: 'a', value: 1, label: 'x' });
    const [event] = await watch(`${maps}?watch=true`, () => true);
    expect([event?.type, event?.object.kind, event?.object.metadata.name]).toEqual(['ADDED', 'ConfigMap', 'a']);
  });

  it('marks the end of what exists for clients that ask', async () => {
    const maps = await newNamespace();
    await apply(maps, { name: 'a', value: 1, label: 'x' });
    const query = 'watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
    const [added, mark] = await watch(`${maps}?${query}`, ({ type }) => type === 'BOOKMARK');
    expect(added?.type).toBe('ADDED');
    expect(mark?.object).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1' });
    expect(mark?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
    expect(Number(mark?.object.metadata.resourceVersion)).toBeGreaterThanOrEqual(
      Number(added?.object.metadata.resourceVersion),
    );
    expect((await cluster.ask('GET', `${maps}?watch=true&sendInitialEvents=true`)).code).toBe(422);
    expect((await cluster.ask('GET', `${maps}?watch=true&resourceVersionMatch=NotOlderThan`)).code).toBe(422);
  });

  it('shows the last state at the version of the deletion', async () => {
    const maps = await newNamespace();
    await apply(maps, { name: 'a', value: 4, label: 'x' });
    const { metadata } = (await cluster.ask('GET', `${maps}/a`)).body;
    await cluster.ask('DELETE', `${maps}/a`);
    const [event] = await watch(`${maps}?watch=true&resourceVersion=${metadata.resourceVersion}`, () => true);
    expect([event?.type, event?.object.data.value]).toEqual(['DELETED', '4']);
    expect(Number(event?.object.metadata.resourceVersion)).toBeGreaterThan(Number(metadata.resourceVersion));
  });

  it('sends Tables with columns in the first event only', async () => {
    const maps = await newNamespace();
    await apply(maps, { name: 'a', value: 1, label: 'x' });
    await apply(maps, { name: 'b', value: 1, label: 'x' });
    const events = await watch(
      `${maps}?watch=true`,
      ({ object }) => object.rows[0].object.metadata.name === 'b',
      'application/json;as=Table;v=v1;g=meta.k8s.io',
    );
    expect(events.map(({ object }) => [object.kind, object.columnDefinitions?.length > 0])).toEqual([
      ['Table', true],
      ['Table', false],
    ]);
  });

  it('ends when its time is over and when the server stops', async () => {
    const maps = await newNamespace();
    expect(await watch(`${maps}?watch=true&timeoutSeconds=1`, () => false)).toEqual([]);
    const other = await startCluster();
    const response = await other.open('GET', '/api/v1/pods?watch=true');
    response.resume();
    const ended = new Promise((resolve) => response.on('close', resolve));
    await other[Symbol.asyncDispose]();
    await ended;
  });
});
