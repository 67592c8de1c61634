import { afterEach, describe, expect, it } from 'vitest';
import { createFakeKubeApi, type Pod, resources } from '../../kube/index.js';
import { EdgeError, pause, silentLog } from '../../lib/index.js';
import { runScheduler } from './index.js';
import { testNode, testPod } from './test-objects.js';

const { events, nodes, pods } = resources;
const running: { stop: AbortController; done: Promise<void> }[] = [];

function start(api: ReturnType<typeof createFakeKubeApi>, now = () => new Date()) {
  const stop = new AbortController();
  running.push({ stop, done: runScheduler({ api, log: silentLog, now, random: Math.random }, stop.signal) });
}
afterEach(async () => {
  for (const { stop } of running) stop.abort();
  await Promise.all(running.splice(0).map(({ done }) => done));
});

async function until<T>(read: () => Promise<T | undefined | false>): Promise<T> {
  for (let i = 0; i < 2000; i += 1) {
    const value = await read();
    if (value) return value;
    await pause(5);
  }
  throw new Error('it never happened');
}
const get = (api: ReturnType<typeof createFakeKubeApi>, name: string) => api.get(pods, { namespace: 'default', name });
const bound = (api: ReturnType<typeof createFakeKubeApi>, name: string) =>
  until(async () => (await get(api, name)).spec?.nodeName);
const eventsOf = async (api: ReturnType<typeof createFakeKubeApi>, name: string) =>
  (await api.list(events, { namespace: 'default', fieldSelector: `involvedObject.name=${name}` })).items;

describe('the scheduler', () => {
  it('binds a pod and says so', async () => {
    const api = createFakeKubeApi();
    await api.create(nodes, testNode('edge-1'));
    start(api);
    await api.create(pods, testPod('web'));
    expect(await bound(api, 'web')).toBe('edge-1');
    const [event] = await until(async () => (await eventsOf(api, 'web')).length > 0 && eventsOf(api, 'web'));
    expect(event).toMatchObject({
      type: 'Normal',
      reason: 'Scheduled',
      action: 'Binding',
      message: 'Successfully assigned default/web to edge-1',
      reportingComponent: 'default-scheduler',
      eventTime: expect.stringMatching(/\.\d{6}Z$/),
    });
  });

  it('tells why a pod waits, once, and binds it when a node comes', async () => {
    const clock = { ms: Date.now() };
    const api = createFakeKubeApi();
    start(api, () => new Date(clock.ms));
    await api.create(pods, testPod('early'));
    const [event] = await until(async () => (await eventsOf(api, 'early')).length > 0 && eventsOf(api, 'early'));
    expect(event).toMatchObject({
      type: 'Warning',
      reason: 'FailedScheduling',
      message: 'no nodes available to schedule pods',
    });
    expect((await get(api, 'early')).status?.conditions).toMatchObject([
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: 'no nodes available to schedule pods',
      },
    ]);
    clock.ms += 10_000;
    await api.create(nodes, testNode('tainted', { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } }));
    await until(async () => (await eventsOf(api, 'early')).length === 2);
    clock.ms += 10_000;
    await api.create(nodes, testNode('free'));
    expect(await bound(api, 'early')).toBe('free');
  });

  it('places a burst without waiting for the watch and never over-commits', async () => {
    const api = createFakeKubeApi();
    for (const name of ['a', 'b', 'c']) await api.create(nodes, testNode(name, { allocatable: { cpu: '1' } }));
    start(api);
    await Promise.all(Array.from({ length: 40 }, (_, i) => api.create(pods, testPod(`p${i}`, { cpu: '100m' }))));
    const placed = await until(async () => {
      const { items } = await api.list(pods, {});
      const settled = items.filter(
        (pod) => pod.spec?.nodeName || pod.status?.conditions?.some(({ status }) => status === 'False'),
      );
      return settled.length === 40 && items;
    });
    const perNode = groupByNode(placed);
    expect(['a', 'b', 'c'].map((name) => perNode.get(name)?.length)).toEqual([10, 10, 10]);
    expect(perNode.get(undefined)).toHaveLength(10);
  });

  it('uses what a finished or deleted pod gives back', async () => {
    const clock = { ms: Date.now() };
    const api = createFakeKubeApi();
    await api.create(nodes, testNode('small', { allocatable: { cpu: '1' } }));
    start(api, () => new Date(clock.ms));
    await api.create(pods, testPod('first', { cpu: '1' }));
    await bound(api, 'first');
    await api.create(pods, testPod('second', { cpu: '1' }));
    await until(async () => (await get(api, 'second')).status?.conditions);
    clock.ms += 10_000;
    await api.patch(
      pods,
      { namespace: 'default', name: 'first' },
      { kind: 'merge', body: { status: { phase: 'Succeeded' } } },
      { subresource: 'status' },
    );
    expect(await bound(api, 'second')).toBe('small');
  });

  it('leaves gated pods and pods of other schedulers alone', async () => {
    const api = createFakeKubeApi();
    await api.create(nodes, testNode('a'));
    await api.create(pods, testPod('gated', {}, { schedulingGates: [{ name: 'wait' }] }));
    await api.create(pods, testPod('foreign', {}, { schedulerName: 'volcano' }));
    start(api);
    await api.create(pods, testPod('last'));
    await bound(api, 'last');
    expect((await get(api, 'gated')).spec?.nodeName).toBeUndefined();
    expect((await get(api, 'foreign')).spec?.nodeName).toBeUndefined();
    await api.patch(
      pods,
      { namespace: 'default', name: 'gated' },
      { kind: 'merge', body: { spec: { schedulingGates: null } } },
    );
    expect(await bound(api, 'gated')).toBe('a');
  });

  it('gives back the place of a pod whose binding failed, and tries again', async () => {
    const clock = { ms: Date.now() };
    const api = createFakeKubeApi();
    await api.create(nodes, testNode('small', { allocatable: { cpu: '1' } }));
    api.failNext('post', new EdgeError('unavailable', 'try later'));
    start(api, () => new Date(clock.ms));
    await api.create(pods, testPod('p', { cpu: '1' }));
    const [event] = await until(async () => (await eventsOf(api, 'p')).length > 0 && eventsOf(api, 'p'));
    expect(event?.message).toBe('binding rejected: try later');
    clock.ms += 10_000;
    await api.patch(nodes, { name: 'small' }, { kind: 'merge', body: { metadata: { labels: { x: 'y' } } } });
    expect(await bound(api, 'p')).toBe('small');
  });

  it('survives objects it cannot read', async () => {
    const api = createFakeKubeApi();
    await api.create(nodes, testNode('odd', { allocatable: { cpu: 'many' } }));
    await api.create(nodes, testNode('good'));
    start(api);
    await api.create(pods, testPod('odd', { cpu: 'some' }));
    await api.create(pods, testPod('fine'));
    expect(await bound(api, 'fine')).toBe('good');
    const [event] = await until(async () => (await eventsOf(api, 'odd')).length > 0 && eventsOf(api, 'odd'));
    expect(event?.message).toContain('quantity "some"');
  });
});

function groupByNode(list: readonly Pod[]): Map<string | undefined, Pod[]> {
  const groups = new Map<string | undefined, Pod[]>();
  for (const pod of list) groups.set(pod.spec?.nodeName, [...(groups.get(pod.spec?.nodeName) ?? []), pod]);
  return groups;
}
