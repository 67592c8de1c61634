import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startCluster, type TestCluster } from '../testing/start-cluster.js';

// Real sockets and disks on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
  await cluster.ask('POST', '/api/v1/nodes', { body: { metadata: { name: 'n1' } } });
});
afterAll(() => cluster[Symbol.asyncDispose]());

const pods = '/api/v1/namespaces/default/pods';
const maps = '/api/v1/namespaces/default/configmaps';

async function newPod(name: string, spec: object = {}, metadata: object = {}) {
  const containers = [{ name: 'c', image: 'i' }];
  const { code, body } = await cluster.ask('POST', pods, {
    body: { metadata: { name, ...metadata }, spec: { containers, ...spec } },
  });
  expect(code).toBe(201);
  return body;
}

const remove = (path: string, body?: object) => cluster.ask('DELETE', path, body === undefined ? {} : { body });

describe('deleting a pod', () => {
  it('that no node runs removes it at once and answers its last state', async () => {
    await newPod('idle');
    const { code, body } = await remove(`${pods}/idle`);
    expect([code, body.kind, body.metadata.name]).toEqual([200, 'Pod', 'idle']);
    expect((await cluster.ask('GET', `${pods}/idle`)).code).toBe(404);
  });

  it('that a node runs marks it, lets the grace only shrink, and waits for the node', async () => {
    const { metadata } = await newPod('busy', { nodeName: 'n1' });
    const first = (await remove(`${pods}/busy`)).body;
    expect(first.metadata).toMatchObject({ deletionGracePeriodSeconds: 30, generation: metadata.generation + 1 });
    const longer = (await remove(`${pods}/busy`, { gracePeriodSeconds: 60 })).body;
    expect(longer.metadata).toEqual(first.metadata);
    const shorter = (await remove(`${pods}/busy`, { gracePeriodSeconds: 5 })).body;
    expect(shorter.metadata.deletionGracePeriodSeconds).toBe(5);
    expect(Date.parse(shorter.metadata.deletionTimestamp)).toBeLessThan(Date.parse(first.metadata.deletionTimestamp));
    const other = { gracePeriodSeconds: 0, preconditions: { uid: 'another' } };
    expect((await remove(`${pods}/busy`, other)).code).toBe(409);
    expect((await remove(`${pods}/busy`, { gracePeriodSeconds: 0, preconditions: { uid: metadata.uid } })).code).toBe(
      200,
    );
    expect((await cluster.ask('GET', `${pods}/busy`)).code).toBe(404);
  });

  it('that has finished, or is forced, needs no grace; a negative one is a second', async () => {
    await newPod('done', { nodeName: 'n1' });
    const patch = { type: 'application/merge-patch+json', body: { status: { phase: 'Succeeded' } } };
    await cluster.ask('PATCH', `${pods}/done/status`, patch);
    await remove(`${pods}/done`);
    await newPod('forced', { nodeName: 'n1' });
    await remove(`${pods}/forced?gracePeriodSeconds=0`);
    for (const name of ['done', 'forced']) expect((await cluster.ask('GET', `${pods}/${name}`)).code).toBe(404);
    await newPod('negative', { nodeName: 'n1' });
    expect(
      (await remove(`${pods}/negative`, { gracePeriodSeconds: -1 })).body.metadata.deletionGracePeriodSeconds,
    ).toBe(1);
  });

  it('stores nothing on a dry run', async () => {
    await newPod('dry');
    expect((await remove(`${pods}/dry`, { dryRun: ['All'] })).code).toBe(200);
    expect((await cluster.ask('GET', `${pods}/dry`)).body.metadata).not.toHaveProperty('deletionTimestamp');
  });
});

describe('finalizers', () => {
  it('keep an object until the last is taken off, and none can be added meanwhile', async () => {
    const finalizers = ['example.com/one', 'example.com/two'];
    await cluster.ask('POST', maps, { body: { metadata: { name: 'held', finalizers } } });
    const { body } = await remove(`${maps}/held`);
    expect([body.kind, body.metadata.deletionGracePeriodSeconds]).toEqual(['ConfigMap', 0]);
    const set = (values: string[]) =>
      cluster.ask('PATCH', `${maps}/held`, {
        type: 'application/merge-patch+json',
        body: { metadata: { finalizers: values } },
      });
    expect((await set([...finalizers, 'example.com/three'])).code).toBe(422);
    expect((await set(['example.com/two'])).code).toBe(200);
    expect((await cluster.ask('GET', `${maps}/held`)).code).toBe(200);
    expect((await set([])).code).toBe(200);
    expect((await cluster.ask('GET', `${maps}/held`)).code).toBe(404);
  });

  it('stand for the orphan and foreground policies', async () => {
    for (const [policy, finalizer] of [
      ['Orphan', 'orphan'],
      ['Foreground', 'foregroundDeletion'],
    ] as const) {
      await cluster.ask('POST', maps, { body: { metadata: { name: finalizer.toLowerCase() } } });
      const { body } = await remove(`${maps}/${finalizer.toLowerCase()}`, { propagationPolicy: policy });
      expect(body.metadata.finalizers).toEqual([finalizer]);
    }
    expect((await remove(`${maps}/orphan`, { propagationPolicy: 'Sideways' })).code).toBe(422);
  });
});

describe('deleting other things', () => {
  it('answers a Status for kinds that have no last object to show', async () => {
    const { body: made } = await cluster.ask('POST', maps, { body: { metadata: { name: 'plain' } } });
    const { code, body } = await remove(`${maps}/plain`);
    expect([code, body]).toEqual([
      200,
      {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: { name: 'plain', kind: 'configmaps', uid: made.metadata.uid },
      },
    ]);
    expect((await remove(`${maps}/plain`)).code).toBe(404);
  });

  it('takes a selected collection and leaves the rest', async () => {
    for (const name of ['c1', 'c2']) {
      await cluster.ask('POST', maps, { body: { metadata: { name, labels: { go: 'yes' } } } });
    }
    await cluster.ask('POST', maps, { body: { metadata: { name: 'c3' } } });
    const { code, body } = await remove(`${maps}?labelSelector=go`);
    expect([code, body.kind, body.items.length]).toEqual([200, 'ConfigMapList', 2]);
    expect((await cluster.ask('GET', `${maps}/c3`)).code).toBe(200);
    expect((await cluster.ask('GET', `${maps}/c1`)).code).toBe(404);
  });

  it('lets a namespace go only through finalize, and nothing new into it', async () => {
    const path = '/api/v1/namespaces/going';
    await cluster.ask('POST', '/api/v1/namespaces', { body: { metadata: { name: 'going' } } });
    const { body } = await remove(path);
    expect(body.status.phase).toBe('Terminating');
    const refused = await cluster.ask('POST', `${path}/configmaps`, { body: { metadata: { name: 'late' } } });
    expect([refused.code, refused.body.details.causes[0].reason]).toEqual([403, 'NamespaceTerminating']);
    const kept = await cluster.ask('PUT', path, { body: { ...body, spec: { finalizers: [] } } });
    expect(kept.body.spec.finalizers).toEqual(['kubernetes']);
    expect((await cluster.ask('PUT', `${path}/finalize`, { body: { ...body, spec: {} } })).code).toBe(200);
    expect((await cluster.ask('GET', path)).code).toBe(404);
    expect((await remove('/api/v1/namespaces/kube-system')).code).toBe(403);
  });

  it('takes the objects of a definition with it', async () => {
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const definition = {
      metadata: { name: 'toys.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'toys', kind: 'Toy' },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    };
    const made = await cluster.ask('POST', definitions, { body: definition });
    expect(made.body.status.conditions.map(({ type, status }: Record<string, string>) => [type, status])).toEqual([
      ['NamesAccepted', 'True'],
      ['Established', 'True'],
    ]);
    const toys = '/apis/example.com/v1/namespaces/default/toys';
    const toy = {
      apiVersion: 'example.com/v1',
      kind: 'Toy',
      metadata: { name: 't', finalizers: ['example.com/hold'] },
    };
    expect((await cluster.ask('POST', toys, { body: toy })).code).toBe(201);
    expect(
      (await cluster.ask('PATCH', `${toys}/t`, { type: 'application/strategic-merge-patch+json', body: {} })).code,
    ).toBe(415);
    await remove(`${definitions}/toys.example.com`);
    const watch = await cluster.open('GET', `${definitions}?watch=true&fieldSelector=metadata.name%3Dtoys.example.com`);
    const gone = (async () => {
      for await (const chunk of watch) if (String(chunk).includes('"DELETED"')) return;
    })();
    expect((await cluster.ask('GET', `${definitions}/toys.example.com`)).body.metadata.deletionTimestamp).toBeDefined();
    await cluster.ask('PATCH', `${toys}/t`, {
      type: 'application/merge-patch+json',
      body: { metadata: { finalizers: null } },
    });
    await gone;
    watch.destroy();
    expect((await cluster.ask('GET', toys)).code).toBe(404);
  });
});
