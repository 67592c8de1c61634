import { describe, expect, it } from 'vitest';
import { EdgeError, pause, silentLog } from '../lib/index.js';
import type { Change, ConfigMap, InformerEvent } from './index.js';
import { createFakeKubeApi, createInformer, expired, resources, watchChanges } from './index.js';

const { configMaps } = resources;
const configMap = (name: string, a = '1'): ConfigMap => ({ metadata: { namespace: 'default', name }, data: { a } });
const text = (change: Change<ConfigMap>) =>
  change.kind === 'reset'
    ? `reset ${change.items.map((item) => item.metadata?.name).join()}`
    : `${change.kind} ${change.item.metadata?.name}=${change.item.data?.a}`;

/** Everything the watch told so far, and a way to wait for a line. */
function follow(api: ReturnType<typeof createFakeKubeApi>, signal: AbortSignal) {
  const lines: string[] = [];
  const run = (async () => {
    const changes = watchChanges(
      api,
      configMaps,
      { namespace: 'default' },
      { signal, log: silentLog, random: () => 1 },
    );
    for await (const change of changes) lines.push(text(change));
  })();
  return { lines, run, until: (line: string) => until(() => lines.includes(line)) };
}
async function until(met: () => boolean) {
  for (let i = 0; i < 1000 && !met(); i += 1) await pause(5);
  expect(met()).toBe(true);
}

describe('a watched set', () => {
  it('resumes after a disconnect without a reset and without a gap', async () => {
    const api = createFakeKubeApi();
    const stop = new AbortController();
    await api.create(configMaps, configMap('a'));
    const { lines, run, until } = follow(api, stop.signal);
    await api.create(configMaps, configMap('b'));
    await until('put b=1');
    api.disconnect();
    await api.update(configMaps, configMap('a', '2'));
    await api.delete(configMaps, { namespace: 'default', name: 'b' });
    await until('drop b=1');
    stop.abort();
    await run;
    expect(lines).toEqual(['reset a', 'put b=1', 'put a=2', 'drop b=1']);
    expect(api.calls('list')).toBe(1);
  });

  it('starts over with a reset when the server forgot its place', async () => {
    const api = createFakeKubeApi();
    const stop = new AbortController();
    const { lines, run, until } = follow(api, stop.signal);
    await until('reset ');
    api.failNext('watch', expired('1', '2'));
    api.disconnect();
    await api.create(configMaps, configMap('a'));
    api.compact();
    await until('reset a');
    stop.abort();
    await run;
    expect(lines).toEqual(['reset ', 'reset a']);
  });

  it('waits out faults of the server and throws what can never work', async () => {
    const api = createFakeKubeApi();
    const stop = new AbortController();
    api.failNext('list', new EdgeError('unavailable', 'down'));
    api.failNext('watch', new EdgeError('denied', 'not yet'));
    const { run, until } = follow(api, stop.signal);
    await api.create(configMaps, configMap('a'));
    await until('reset a');
    stop.abort();
    await run;
    api.failNext('list', new EdgeError('invalid', 'no such selector'));
    await expect(follow(api, new AbortController().signal).run).rejects.toThrow('no such selector');
    api.failNext('list', new TypeError('bug'));
    await expect(follow(api, new AbortController().signal).run).rejects.toThrow('bug');
  });
});

describe('an informer', () => {
  const open = (api: ReturnType<typeof createFakeKubeApi>, signal: AbortSignal) => {
    const indexes = { data: (item: ConfigMap) => Object.values(item.data ?? {}) };
    const informer = createInformer({
      api,
      type: configMaps,
      where: { namespace: 'default' },
      indexes,
      log: silentLog,
      random: () => 1,
    });
    const heard: string[] = [];
    informer.subscribe((event: InformerEvent<ConfigMap>) => {
      const before = event.kind === 'put' && event.before ? `${event.before.data?.a}->` : '';
      heard.push(`${event.kind} ${event.item.metadata?.name} ${before}${event.item.data?.a}`);
    });
    return { informer, heard, run: informer.run(signal) };
  };

  it('keeps a copy and its indexes, and tells differences only, across relists too', async () => {
    const api = createFakeKubeApi();
    const stop = new AbortController();
    await api.create(configMaps, configMap('same'));
    await api.create(configMaps, configMap('gone'));
    await api.create(configMaps, configMap('again'));
    const { informer, heard, run } = open(api, stop.signal);
    await informer.synced;
    expect(informer.byIndex('data', '1')).toHaveLength(3);
    heard.length = 0;
    api.failNext('watch', expired('1', '2'));
    api.disconnect();
    await api.delete(configMaps, { namespace: 'default', name: 'gone' });
    await api.delete(configMaps, { namespace: 'default', name: 'again' });
    await api.create(configMaps, configMap('again', '2'));
    await api.create(configMaps, configMap('new'));
    api.compact();
    await until(() => informer.get('default/new') !== undefined);
    await api.update(configMaps, configMap('new', '3'));
    await until(() => heard.length === 5);
    expect(heard).toEqual(['drop gone 1', 'drop again 1', 'put again 2', 'put new 1', 'put new 1->3']);
    expect(informer.byIndex('data', '1').map((item) => item.metadata?.name)).toEqual(['same']);
    expect(informer.byIndex('data', '3')).toHaveLength(1);
    expect(informer.list()).toHaveLength(3);
    stop.abort();
    await run;
  });

  it('replays to a late listener and forgets one that left', async () => {
    const api = createFakeKubeApi();
    const stop = new AbortController();
    await api.create(configMaps, configMap('a'));
    const { informer, run } = open(api, stop.signal);
    await informer.synced;
    const late: string[] = [];
    const subscription = informer.subscribe(({ kind, item }) => late.push(`${kind} ${item.metadata?.name}`));
    subscription[Symbol.dispose]();
    await api.create(configMaps, configMap('b'));
    await until(() => informer.get('default/b') !== undefined);
    expect(late).toEqual(['put a']);
    stop.abort();
    await run;
  });

  it('says so when it never got a list', async () => {
    const stop = new AbortController();
    const api = createFakeKubeApi();
    api.failNext('list', new EdgeError('unavailable', 'down'));
    const { informer, run } = open(api, stop.signal);
    stop.abort();
    await run;
    await expect(informer.synced).rejects.toThrow('configmaps were never listed');
  });
});
