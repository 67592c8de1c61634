import { afterEach, describe, expect, it } from 'vitest';
import {
  type ConfigMap,
  createFakeKubeApi,
  type KubeObject,
  type Node,
  type OwnerReference,
  type Pod,
  type ResourceType,
  resources,
} from '../../kube/index.js';
import { hasCode, pause, silentLog } from '../../lib/index.js';
import { createKindRegistry } from '../kinds/index.js';
import { runControllers } from './index.js';

const { configMaps, events, leases, namespaces, nodes, pods, secrets, serviceAccounts } = resources;
type Fake = ReturnType<typeof createFakeKubeApi>;
const running: { stop: AbortController; done: Promise<void> }[] = [];

/** A cluster in memory whose clock the test moves. */
function open(prepare: (api: Fake, clock: { ms: number }) => Promise<unknown> = async () => {}) {
  const clock = { ms: Date.parse('2026-01-01T00:00:00Z') };
  const now = () => new Date(clock.ms);
  const api = createFakeKubeApi({ now });
  return {
    api,
    clock,
    async start() {
      await prepare(api, clock);
      const stop = new AbortController();
      const done = runControllers(
        { api, registry: createKindRegistry(), caPem: 'CA', log: silentLog, now },
        stop.signal,
      );
      running.push({ stop, done });
      return { api, clock };
    },
  };
}
afterEach(async () => {
  for (const { stop } of running) stop.abort();
  await Promise.all(running.splice(0).map(({ done }) => done));
});

async function until<T>(read: () => Promise<T | undefined | false>): Promise<T> {
  for (let i = 0; i < 1500; i += 1) {
    const value = await read();
    if (value) return value;
    await pause(5);
  }
  throw new Error('it never happened');
}
const present = <T extends KubeObject>(call: Promise<T>) =>
  call.catch((error: unknown) => {
    if (hasCode(error, 'not-found')) return undefined;
    throw error;
  });
const gone = (call: () => Promise<KubeObject>) => until(async () => (await present(call())) === undefined);
const inDefault = (name: string) => ({ namespace: 'default', name });

describe('a namespace', () => {
  it('gets its account and the CA, again when they are lost or changed', async () => {
    const { api } = await open().start();
    await api.create(namespaces, { metadata: { name: 'new' } });
    await until(() => present(api.get(serviceAccounts, { namespace: 'new', name: 'default' })));
    const key = { namespace: 'new', name: 'kube-root-ca.crt' };
    const ca = await until(() => present(api.get(configMaps, key)));
    expect(ca.data).toEqual({ 'ca.crt': 'CA' });
    await api.delete(serviceAccounts, { namespace: 'new', name: 'default' });
    await api.patch(configMaps, key, { kind: 'merge', body: { data: { 'ca.crt': 'other' } } });
    await until(() => present(api.get(serviceAccounts, { namespace: 'new', name: 'default' })));
    await until(async () => (await api.get(configMaps, key)).data?.['ca.crt'] === 'CA');
  });

  it('is emptied when it is deleted, pods first, and goes with the last of its objects', async () => {
    const { api } = await open().start();
    await api.create(namespaces, { metadata: { name: 'old' } });
    await api.create(secrets, { metadata: { namespace: 'old', name: 's', finalizers: ['x.io/hold'] } });
    await api.create(events, { metadata: { namespace: 'old', name: 'e' }, involvedObject: {} });
    await api.create(pods, { metadata: { namespace: 'old', name: 'p' }, spec: { nodeName: 'n', containers: [] } });
    await api.delete(namespaces, { name: 'old' });
    const remaining = async () =>
      (await api.get(namespaces, { name: 'old' })).status?.conditions?.find(
        ({ type }) => type === 'NamespaceContentRemaining',
      )?.message;
    await until(async () => (await remaining())?.includes('pods. has 1 resource instances'));
    expect((await api.get(secrets, { namespace: 'old', name: 's' })).metadata?.deletionTimestamp).toBeUndefined();
    // What the node does once the pod has stopped.
    await api.delete(pods, { namespace: 'old', name: 'p' }, { gracePeriodSeconds: 0 });
    await until(async () => (await remaining())?.includes('secrets. has 1 resource instances'));
    await api.patch(
      secrets,
      { namespace: 'old', name: 's' },
      { kind: 'merge', body: { metadata: { finalizers: [] } } },
    );
    await gone(() => api.get(namespaces, { name: 'old' }));
    for (const type of [serviceAccounts, configMaps, events] as ResourceType[])
      expect((await api.list(type, { namespace: 'old' })).items).toEqual([]);
  });
});

describe('a node', () => {
  const ready = (status: string, lastHeartbeatTime = '2026-01-01T00:00:00Z') => [
    { type: 'Ready', status, lastHeartbeatTime },
  ];
  const edge: Node = { metadata: { name: 'edge' }, status: { conditions: ready('True') } };
  const lease = {
    metadata: { namespace: 'kube-node-lease', name: 'edge' },
    spec: { renewTime: '2026-01-01T00:00:00.000000Z' },
  };
  const pod = (name: string): Pod => ({ metadata: inDefault(name), spec: { nodeName: 'edge', containers: [] } });
  const readyPod = async (api: Fake, name: string) => {
    await api.create(pods, pod(name));
    const body = { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } };
    await api.patch(pods, inDefault(name), { kind: 'merge', body }, { subresource: 'status' });
  };
  const taintsOf = async (api: Fake) =>
    ((await api.get(nodes, { name: 'edge' })).spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`);
  const conditionOf = async (api: Fake) =>
    (await api.get(nodes, { name: 'edge' })).status?.conditions?.find(({ type }) => type === 'Ready');
  const podReady = async (api: Fake, name: string) =>
    (await api.get(pods, inDefault(name))).status?.conditions?.find(({ type }) => type === 'Ready');
  const nudge = (api: Fake, clock: { ms: number }, ms: number) => {
    clock.ms += ms;
    // Timers follow the real clock: a change makes the controller look at the moved one.
    return api.patch(
      nodes,
      { name: 'edge' },
      { kind: 'merge', body: { metadata: { annotations: { at: String(clock.ms) } } } },
    );
  };

  it('loses the not-ready taint when it is ready, keeps the taints of others, and follows its conditions', async () => {
    const { api } = await open().start();
    const taints = [
      { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
      { key: 'mine', effect: 'NoSchedule' },
    ];
    await api.create(nodes, { ...edge, spec: { taints } });
    await until(async () => (await taintsOf(api)).join() === 'mine:NoSchedule');
    await api.patch(
      nodes,
      { name: 'edge' },
      { kind: 'merge', body: { status: { conditions: ready('False') } } },
      { subresource: 'status' },
    );
    await until(async () => (await taintsOf(api)).includes('node.kubernetes.io/not-ready:NoSchedule'));
    await api.patch(nodes, { name: 'edge' }, { kind: 'merge', body: { spec: { unschedulable: true } } });
    await until(async () => (await taintsOf(api)).includes('node.kubernetes.io/unschedulable:NoSchedule'));
  });

  it('that falls silent becomes Unknown with its pods not ready, never evicted; all comes back with it', async () => {
    const { api, clock } = await open(async (fake) => {
      await fake.create(nodes, edge);
      await readyPod(fake, 'p');
    }).start();
    await until(async () => (await api.list(serviceAccounts, {})).items.length === 4);
    await nudge(api, clock, 41_000);
    await until(async () => (await conditionOf(api))?.status === 'Unknown');
    expect(await conditionOf(api)).toMatchObject({
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    });
    await until(async () => (await podReady(api, 'p'))?.status === 'False');
    expect(await taintsOf(api)).toEqual(['node.kubernetes.io/unreachable:NoSchedule']);
    expect((await api.get(pods, inDefault('p'))).metadata?.deletionTimestamp).toBeUndefined();
    const conditions = ready('True', '2026-01-01T00:01:00Z');
    await api.patch(
      nodes,
      { name: 'edge' },
      { kind: 'merge', body: { status: { conditions } } },
      { subresource: 'status' },
    );
    await until(async () => (await podReady(api, 'p'))?.status === 'True' && (await taintsOf(api)).length === 0);
  });

  it('is alive as long as its lease is renewed', async () => {
    const { api, clock } = await open(async (fake) => {
      await fake.create(nodes, edge);
      await fake.create(leases, lease);
    }).start();
    await until(async () => (await api.list(serviceAccounts, {})).items.length === 4);
    for (const minute of [1, 2, 3]) {
      clock.ms += 30_000;
      const body = { spec: { renewTime: `2026-01-01T00:0${minute}:00.000000Z` } };
      await api.patch(leases, lease.metadata, { kind: 'merge', body });
      await pause(20);
      await nudge(api, clock, 1000);
      await pause(50);
      expect((await conditionOf(api))?.status).toBe('True');
    }
    await nudge(api, clock, 41_000);
    await until(async () => (await conditionOf(api))?.status === 'Unknown');
  });

  it('that is gone takes its pods with it, after the quarantine', async () => {
    const { api, clock } = await open(async (fake) => {
      await fake.create(nodes, edge);
      await readyPod(fake, 'p');
    }).start();
    await until(async () => (await api.list(serviceAccounts, {})).items.length === 4);
    await api.delete(nodes, { name: 'edge' });
    await pause(50);
    expect((await api.get(pods, inDefault('p'))).metadata?.deletionTimestamp).toBeUndefined();
    clock.ms += 41_000;
    await api.create(pods, pod('late'));
    await until(async () => (await present(api.get(pods, inDefault('p')))) === undefined);
  });
});

describe('an owner reference', () => {
  const owned = (name: string, ...owners: (KubeObject | OwnerReference)[]): ConfigMap => ({
    metadata: {
      ...inDefault(name),
      ownerReferences: owners.map((owner) => ('uid' in owner ? owner : refer(owner as KubeObject))),
    },
  });
  const refer = ({ apiVersion = '', kind = '', metadata }: KubeObject, blockOwnerDeletion = true): OwnerReference => ({
    apiVersion,
    kind,
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    blockOwnerDeletion,
  });
  const make = (api: Fake, name: string, ...owners: (KubeObject | OwnerReference)[]) =>
    api.create(configMaps, owned(name, ...owners));
  const get = (api: Fake, name: string) => present(api.get(configMaps, inDefault(name)));

  it('lets an object go with the last of its owners, and whatever it owned', async () => {
    const { api } = await open().start();
    const [first, second] = [await make(api, 'first'), await make(api, 'second')];
    const child = await make(api, 'child', first, second);
    await make(api, 'grandchild', child);
    await api.delete(configMaps, inDefault('first'));
    await until(async () => (await get(api, 'child'))?.metadata?.ownerReferences?.length === 1);
    await api.delete(configMaps, inDefault('second'));
    await gone(() => api.get(configMaps, inDefault('grandchild')));
    expect(await get(api, 'child')).toBeUndefined();
  });

  it('to another incarnation of the name or to nothing deletes; to an unknown kind never does', async () => {
    const { api } = await open().start();
    const real = await make(api, 'real');
    await make(api, 'stranger', { ...refer(real), uid: 'another' });
    await make(api, 'foreign', { apiVersion: 'x.io/v1', kind: 'Unknown', name: 'x', uid: 'x' });
    const far = await api.create(configMaps, { metadata: { namespace: 'kube-public', name: 'far' } });
    await make(api, 'across', far);
    await gone(() => api.get(configMaps, inDefault('stranger')));
    await gone(() => api.get(configMaps, inDefault('across')));
    expect(await get(api, 'foreign')).toBeDefined();
  });

  it('makes a foreground deletion wait for dependents that block it', async () => {
    const { api } = await open().start();
    const owner = await make(api, 'owner');
    const held = owned('held', owner);
    await api.create(configMaps, { ...held, metadata: { ...held.metadata, finalizers: ['x.io/hold'] } });
    await api.delete(configMaps, inDefault('owner'), { propagationPolicy: 'Foreground' });
    await until(async () => (await get(api, 'held'))?.metadata?.deletionTimestamp);
    expect((await get(api, 'owner'))?.metadata?.finalizers).toEqual(['foregroundDeletion']);
    await api.patch(configMaps, inDefault('held'), { kind: 'merge', body: { metadata: { finalizers: [] } } });
    await gone(() => api.get(configMaps, inDefault('owner')));
  });

  it('is cut by an orphaning deletion', async () => {
    const { api } = await open().start();
    const owner = await make(api, 'owner');
    await make(api, 'child', owner);
    await until(async () => (await api.list(serviceAccounts, {})).items.length === 4);
    await api.delete(configMaps, inDefault('owner'), { propagationPolicy: 'Orphan' });
    await gone(() => api.get(configMaps, inDefault('owner')));
    expect((await get(api, 'child'))?.metadata?.ownerReferences).toEqual([]);
  });
});

describe('an event', () => {
  it('is removed an hour after it was last seen', async () => {
    const event = (name: string, lastTimestamp: string) => ({
      metadata: inDefault(name),
      involvedObject: {},
      lastTimestamp,
    });
    const { api } = await open(async (fake, clock) => {
      await fake.create(events, event('old', '2026-01-01T00:00:00Z'));
      await fake.create(events, event('seen-again', '2026-01-01T00:50:00Z'));
      clock.ms += 61 * 60_000;
    }).start();
    await gone(() => api.get(events, inDefault('old')));
    expect(await present(api.get(events, inDefault('seen-again')))).toBeDefined();
  });
});
