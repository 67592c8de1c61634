import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigMap, KubeApi, Pod, WatchEvent } from '../../../src/kube/index.js';
import { resources } from '../../../src/kube/index.js';
import { hasCode } from '../../../src/lib/index.js';

const { configMaps, pods, namespaces, nodes } = resources;

export interface OpenedApi extends AsyncDisposable {
  readonly api: KubeApi;
}

const refusedWith = (...codes: Parameters<typeof hasCode>[1][]) =>
  expect.toSatisfy((error: unknown) => hasCode(error, ...codes), `an EdgeError ${codes.join(' or ')}`);

const configMap = (namespace: string, name: string, more: Partial<ConfigMap> = {}): ConfigMap => ({
  metadata: { namespace, name, ...more.metadata },
  data: { a: '1', ...more.data },
});
const pod = (namespace: string, name: string, more: Partial<Pod['spec']> = {}): Pod => ({
  metadata: { namespace, name },
  spec: {
    containers: [{ name: 'main', image: 'busybox:1' }],
    terminationGracePeriodSeconds: 30,
    schedulerName: 'nobody',
    ...more,
  },
});

/** What every implementation of the `KubeApi` port must do (facts kubernetes-api §3 to §7). */
export function kubeApiContract(name: string, open: () => Promise<OpenedApi>) {
  describe(`${name} as a Kubernetes API`, () => {
    let opened: OpenedApi;
    let api: KubeApi;
    const ns = `contract-${process.pid}`;

    beforeAll(async () => {
      opened = await open();
      api = opened.api;
      await api.create(namespaces, { metadata: { name: ns } });
    });
    afterAll(async () => {
      await opened?.[Symbol.asyncDispose]();
    });

    it('gives a new object its identity and reads it back', async () => {
      const made = await api.create(configMaps, configMap(ns, 'made', { metadata: { uid: 'mine' } }));
      expect(made).toMatchObject({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'made', namespace: ns },
        data: { a: '1' },
      });
      expect(made.metadata?.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
      expect(made.metadata?.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(await api.get(configMaps, { namespace: ns, name: 'made' })).toEqual(made);
    });

    it('names objects from generateName', async () => {
      const made = await api.create(configMaps, { metadata: { namespace: ns, generateName: 'gen-' } });
      expect(made.metadata?.name).toMatch(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    });

    it('refuses a taken name, an absent object and an absent namespace', async () => {
      await api.create(configMaps, configMap(ns, 'taken'));
      await expect(api.create(configMaps, configMap(ns, 'taken'))).rejects.toEqual(refusedWith('already-exists'));
      await expect(api.get(configMaps, { namespace: ns, name: 'absent' })).rejects.toEqual(refusedWith('not-found'));
      await expect(api.update(configMaps, configMap(ns, 'absent'))).rejects.toEqual(refusedWith('not-found'));
      await expect(api.delete(configMaps, { namespace: ns, name: 'absent' })).rejects.toEqual(refusedWith('not-found'));
      await expect(api.create(configMaps, configMap('nowhere', 'x'))).rejects.toEqual(refusedWith('not-found'));
      await expect(api.create(configMaps, { metadata: { namespace: ns } })).rejects.toEqual(refusedWith('invalid'));
    });

    it('refuses keys that would address something else', async () => {
      await expect(api.delete(configMaps, { namespace: ns, name: '' })).rejects.toEqual(
        refusedWith('invalid', 'not-found'),
      );
      await expect(api.get(configMaps, { name: 'x' })).rejects.toEqual(refusedWith('invalid'));
    });

    it('updates under optimistic concurrency', async () => {
      const first = await api.create(configMaps, configMap(ns, 'raced'));
      const second = await api.update(configMaps, { ...first, data: { a: '2' } });
      expect(Number(second.metadata?.resourceVersion)).toBeGreaterThan(Number(first.metadata?.resourceVersion));
      await expect(api.update(configMaps, { ...first, data: { a: '3' } })).rejects.toEqual(refusedWith('conflict'));
      const { resourceVersion: _, ...metadata } = first.metadata ?? {};
      expect((await api.update(configMaps, { ...first, metadata, data: { a: '4' } })).data).toEqual({ a: '4' });
      const same = await api.update(configMaps, { ...first, metadata, data: { a: '4' } });
      expect(same.metadata?.resourceVersion).toBe(
        (await api.get(configMaps, { namespace: ns, name: 'raced' })).metadata?.resourceVersion,
      );
    });

    it('stores nothing on a dry run', async () => {
      await api.create(configMaps, configMap(ns, 'dry'), { dryRun: true });
      await expect(api.get(configMaps, { namespace: ns, name: 'dry' })).rejects.toEqual(refusedWith('not-found'));
    });

    it('patches in three ways', async () => {
      const key = { namespace: ns, name: 'patched' };
      await api.create(
        configMaps,
        configMap(ns, 'patched', { metadata: { finalizers: ['x.io/a'] }, data: { b: '2' } }),
      );
      const merged = await api.patch(configMaps, key, { kind: 'merge', body: { data: { a: null, c: '3' } } });
      expect(merged.data).toEqual({ b: '2', c: '3' });
      const operations = [
        { op: 'test', path: '/data/b', value: '2' },
        { op: 'replace', path: '/data/b', value: '4' },
      ];
      expect((await api.patch(configMaps, key, { kind: 'json', body: operations })).data).toEqual({ b: '4', c: '3' });
      const strategic = { metadata: { finalizers: ['x.io/b'] } };
      const { metadata } = await api.patch(configMaps, key, { kind: 'strategic', body: strategic });
      expect([...(metadata?.finalizers ?? [])].sort()).toEqual(['x.io/a', 'x.io/b']);
      await expect(api.patch(configMaps, key, { kind: 'json', body: operations })).rejects.toEqual(
        refusedWith('invalid'),
      );
      const stale = { metadata: { resourceVersion: '1' }, data: { z: '1' } };
      await expect(api.patch(configMaps, key, { kind: 'merge', body: stale })).rejects.toEqual(refusedWith('conflict'));
      await api.patch(configMaps, key, { kind: 'merge', body: { metadata: { finalizers: null } } });
    });

    it('merges the containers of a pod by name', async () => {
      const key = { namespace: ns, name: 'merged' };
      await api.create(pods, pod(ns, 'merged'));
      const image = { spec: { containers: [{ name: 'main', image: 'busybox:2' }] } };
      const patched = await api.patch(pods, key, { kind: 'strategic', body: image });
      expect(patched.spec?.containers).toMatchObject([{ name: 'main', image: 'busybox:2' }]);
    });

    it('keeps status and the rest apart', async () => {
      const made = await api.create(pods, { ...pod(ns, 'status'), status: { phase: 'Running' } });
      expect(made.status?.phase).toBe('Pending');
      const key = { namespace: ns, name: 'status' };
      const body = {
        metadata: { labels: { seen: 'yes' } },
        status: { phase: 'Running', message: 'm' },
        spec: { hostname: 'no' },
      };
      const patched = await api.patch(pods, key, { kind: 'merge', body }, { subresource: 'status' });
      expect(patched.status).toMatchObject({ phase: 'Running', message: 'm' });
      expect(patched.spec?.hostname).toBeUndefined();
      const main = await api.update(pods, { ...patched, status: { phase: 'Failed' } });
      expect(main.status?.phase).toBe('Running');
    });

    it('lists by namespace, labels and fields, in order of keys', async () => {
      for (const [name, app] of [
        ['l3', 'x'],
        ['l1', 'x'],
        ['l2', 'y'],
      ] as const) {
        await api.create(configMaps, configMap(ns, name, { metadata: { labels: { app } } }));
      }
      const names = async (where: Parameters<KubeApi['list']>[1]) =>
        (await api.list(configMaps, where)).items.map((item) => item.metadata?.name);
      expect(await names({ namespace: ns, labelSelector: 'app' })).toEqual(['l1', 'l2', 'l3']);
      expect(await names({ labelSelector: 'app in (x),app!=y' })).toEqual(['l1', 'l3']);
      expect(await names({ namespace: ns, fieldSelector: 'metadata.name=l2' })).toEqual(['l2']);
      expect(await names({ namespace: 'kube-public', labelSelector: 'app' })).toEqual([]);
      const { items, resourceVersion } = await api.list(configMaps, { namespace: ns, labelSelector: 'app' });
      expect(items[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
      expect(Number(resourceVersion)).toBeGreaterThan(0);
      await expect(api.list(configMaps, { labelSelector: 'a in' })).rejects.toEqual(refusedWith('invalid'));
    });

    it('watches from a version: additions, changes and deletions, selectors applied to each', async () => {
      const where = { namespace: ns, labelSelector: 'watched=yes' };
      const { resourceVersion } = await api.list(configMaps, where);
      const labelled = configMap(ns, 'watched', { metadata: { labels: { watched: 'yes' } } });
      await api.create(configMaps, configMap(ns, 'unwatched'));
      await api.create(configMaps, labelled);
      await api.patch(configMaps, { namespace: ns, name: 'watched' }, { kind: 'merge', body: { data: { a: '2' } } });
      await api.patch(
        configMaps,
        { namespace: ns, name: 'watched' },
        { kind: 'merge', body: { metadata: { labels: { watched: 'no' } } } },
      );
      await api.patch(
        configMaps,
        { namespace: ns, name: 'watched' },
        { kind: 'merge', body: { metadata: { labels: { watched: 'yes' } } } },
      );
      await api.delete(configMaps, { namespace: ns, name: 'watched' });
      const seen = await collect(api.watch(configMaps, { ...where, resourceVersion }, AbortSignal.timeout(10_000)), 5);
      expect(seen.map(({ kind }) => kind)).toEqual(['added', 'modified', 'deleted', 'added', 'deleted']);
      const versions = seen.map((event) => Number('object' in event && event.object.metadata?.resourceVersion));
      expect(versions).toEqual([...versions].sort((a, b) => a - b));
      expect(new Set(versions).size).toBe(5);
      expect(seen[4]).toMatchObject({ object: { data: { a: '2' } } });
    });

    it('ends a watch quietly when it is aborted', async () => {
      const { resourceVersion } = await api.list(configMaps, { namespace: ns });
      const stop = new AbortController();
      const ended = (async () => {
        for await (const event of api.watch(configMaps, { namespace: ns, resourceVersion }, stop.signal))
          if (event.kind === 'added') stop.abort();
      })();
      await api.create(configMaps, configMap(ns, 'stopper'));
      await expect(ended).resolves.toBeUndefined();
    });

    it('deletes under preconditions', async () => {
      const made = await api.create(configMaps, configMap(ns, 'guarded'));
      const key = { namespace: ns, name: 'guarded' };
      await expect(api.delete(configMaps, key, { uid: 'other' })).rejects.toEqual(refusedWith('conflict'));
      await expect(api.delete(configMaps, key, { resourceVersion: '1' })).rejects.toEqual(refusedWith('conflict'));
      await api.delete(configMaps, key, { uid: made.metadata?.uid ?? '' });
      await expect(api.get(configMaps, key)).rejects.toEqual(refusedWith('not-found'));
    });

    it('keeps a deleted object until its finalizers are gone', async () => {
      const key = { namespace: ns, name: 'held' };
      await api.create(configMaps, configMap(ns, 'held', { metadata: { finalizers: ['x.io/hold'] } }));
      await api.delete(configMaps, key);
      const held = await api.get(configMaps, key);
      expect(held.metadata?.deletionTimestamp).toBeDefined();
      await api.update(configMaps, { ...held, metadata: { ...held.metadata, finalizers: [] } });
      await expect(api.get(configMaps, key)).rejects.toEqual(refusedWith('not-found'));
    });

    it('adds the finalizer of the asked deletion policy', async () => {
      for (const [policy, finalizer] of [
        ['Foreground', 'foregroundDeletion'],
        ['Orphan', 'orphan'],
      ] as const) {
        const key = { namespace: ns, name: `policy-${policy.toLowerCase()}` };
        await api.create(configMaps, configMap(ns, key.name));
        await api.delete(configMaps, key, { propagationPolicy: policy });
        // The garbage collector may already have finished where it runs.
        const held = await api.get(configMaps, key).catch((error: unknown) => error);
        if (held instanceof Error) expect(held).toEqual(refusedWith('not-found'));
        else expect(held).toMatchObject({ metadata: { finalizers: [finalizer] } });
      }
    });

    it('deletes a bound pod gracefully and an unbound one at once', async () => {
      const key = { namespace: ns, name: 'graceful' };
      await api.create(nodes, { metadata: { name: `${ns}-node` }, spec: { unschedulable: true } });
      await api.create(pods, pod(ns, 'graceful', { nodeName: `${ns}-node` }));
      await api.delete(pods, key);
      const dying = await api.get(pods, key);
      expect(dying.metadata?.deletionGracePeriodSeconds).toBe(30);
      await api.delete(pods, key, { gracePeriodSeconds: 5 });
      expect((await api.get(pods, key)).metadata?.deletionGracePeriodSeconds).toBe(5);
      await api.delete(pods, key, { gracePeriodSeconds: 60 });
      expect((await api.get(pods, key)).metadata?.deletionGracePeriodSeconds).toBe(5);
      await api.delete(pods, key, { gracePeriodSeconds: 0, uid: dying.metadata?.uid ?? '' });
      await expect(api.get(pods, key)).rejects.toEqual(refusedWith('not-found'));
      await api.create(pods, pod(ns, 'unbound'));
      await api.delete(pods, { namespace: ns, name: 'unbound' });
      await expect(api.get(pods, { namespace: ns, name: 'unbound' })).rejects.toEqual(refusedWith('not-found'));
    });

    it('binds a pod once', async () => {
      const key = { namespace: ns, name: 'bound' };
      await api.create(pods, pod(ns, 'bound'));
      const binding = {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: key,
        target: { kind: 'Node', name: `${ns}-node` },
      };
      expect(await api.post(pods, key, 'binding', binding)).toMatchObject({ kind: 'Status', status: 'Success' });
      const bound = await api.get(pods, key);
      expect(bound.spec?.nodeName).toBe(`${ns}-node`);
      expect(bound.status?.conditions).toMatchObject([{ type: 'PodScheduled', status: 'True' }]);
      await expect(api.post(pods, key, 'binding', binding)).rejects.toEqual(refusedWith('conflict'));
    });
  });
}

async function collect<T>(events: AsyncIterable<WatchEvent<T>>, count: number): Promise<WatchEvent<T>[]> {
  const seen: WatchEvent<T>[] = [];
  for await (const event of events) {
    if (event.kind !== 'bookmark') seen.push(event);
    if (seen.length === count) break;
  }
  return seen;
}
