import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startCluster, type TestCluster } from '../testing/start-cluster.js';

// Real sockets and disks on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

const maps = '/api/v1/namespaces/default/configmaps';
const map = (name: string, data: Record<string, string> = {}, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...more },
  data,
});

describe('create', () => {
  it('answers 201 with what the server sets, and ignores what it alone may set', async () => {
    const wiped = { uid: 'mine', creationTimestamp: '2001-01-01T00:00:00Z', generation: 7, deletionTimestamp: null };
    const { code, body } = await cluster.ask('POST', maps, { body: map('fresh', { a: '1' }, wiped) });
    expect(code).toBe(201);
    expect(body.metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(body.metadata.creationTimestamp).not.toBe('2001-01-01T00:00:00Z');
    expect(body.metadata.namespace).toBe('default');
    expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(0);
    expect(body.metadata).not.toHaveProperty('generation');
  });

  it('refuses a taken name, a missing namespace and a body for another one', async () => {
    await cluster.ask('POST', maps, { body: map('taken') });
    const taken = await cluster.ask('POST', maps, { body: map('taken') });
    expect([taken.code, taken.body.reason, taken.body.message]).toEqual([
      409,
      'AlreadyExists',
      'configmaps "taken" already exists',
    ]);
    const missing = await cluster.ask('POST', '/api/v1/namespaces/nowhere/configmaps', { body: map('x') });
    expect([missing.code, missing.body.message]).toEqual([404, 'namespaces "nowhere" not found']);
    expect((await cluster.ask('POST', maps, { body: map('x', {}, { namespace: 'other' }) })).code).toBe(400);
    expect((await cluster.ask('POST', maps, { body: map('x', {}, { resourceVersion: '5' }) })).code).toBe(400);
    expect(
      (await cluster.ask('POST', maps, { body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } } })).code,
    ).toBe(400);
  });

  it('makes names from generateName', async () => {
    const { body } = await cluster.ask('POST', maps, { body: { metadata: { generateName: 'gen-' } } });
    expect(body.metadata.name).toMatch(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it('names every wrong field in a 422', async () => {
    const { code, body } = await cluster.ask('POST', maps, { body: map('Not Valid') });
    expect([code, body.reason, body.details.kind]).toEqual([422, 'Invalid', 'ConfigMap']);
    expect(body.details.causes[0].field).toBe('metadata.name');
  });

  it('stores nothing on a dry run', async () => {
    const before = (await cluster.ask('GET', maps)).body.metadata.resourceVersion;
    expect((await cluster.ask('POST', `${maps}?dryRun=All`, { body: map('dry') })).code).toBe(201);
    expect((await cluster.ask('GET', `${maps}/dry`)).code).toBe(404);
    expect((await cluster.ask('GET', maps)).body.metadata.resourceVersion).toBe(before);
    expect((await cluster.ask('POST', `${maps}?dryRun=Some`, { body: map('dry') })).code).toBe(422);
  });

  it('warns of unknown fields, refuses them when strict, and drops them', async () => {
    const body = { ...map('unknown'), dada: { a: 1 } };
    const strict = await cluster.ask('POST', `${maps}?fieldValidation=Strict`, { body });
    expect([strict.code, strict.body.message]).toEqual([
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dada"',
    ]);
    const warned = await cluster.ask('POST', maps, { body });
    expect([warned.code, warned.headers.warning]).toEqual([201, '299 - "unknown field \\"dada\\""']);
    expect(warned.body).not.toHaveProperty('dada');
    const ignored = await cluster.ask('POST', `${maps}?fieldValidation=Ignore`, {
      body: { ...body, metadata: { name: 'u2' } },
    });
    expect([ignored.code, ignored.headers.warning]).toEqual([201, undefined]);
  });

  it('reads YAML and refuses what it cannot read', async () => {
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  k: v\n';
    expect((await cluster.ask('POST', maps, { body: yaml, type: 'application/yaml' })).code).toBe(201);
    expect((await cluster.ask('POST', maps, { body: '{', type: 'application/json' })).code).toBe(400);
    expect((await cluster.ask('POST', maps, { body: 'x', type: 'text/plain' })).body).toMatchObject({
      code: 415,
      reason: 'UnsupportedMediaType',
    });
    const big = await cluster.ask('POST', maps, { body: 'x'.repeat(3 * 1024 * 1024 + 1) });
    expect([big.code, big.body.reason]).toEqual([413, 'RequestEntityTooLarge']);
  });
});

describe('update', () => {
  it('is refused when the object has moved on, and costs nothing when nothing changes', async () => {
    const first = (await cluster.ask('POST', maps, { body: map('upd', { a: '1' }) })).body;
    const second = await cluster.ask('PUT', `${maps}/upd`, { body: { ...first, data: { a: '2' } } });
    expect([second.code, second.body.data.a]).toEqual([200, '2']);
    const stale = await cluster.ask('PUT', `${maps}/upd`, { body: { ...first, data: { a: '3' } } });
    expect([stale.code, stale.body.reason]).toEqual([409, 'Conflict']);
    const same = await cluster.ask('PUT', `${maps}/upd`, { body: second.body });
    expect(same.body.metadata.resourceVersion).toBe(second.body.metadata.resourceVersion);
    const blind = await cluster.ask('PUT', `${maps}/upd`, { body: map('upd', { a: '4' }) });
    expect([blind.code, blind.body.data.a, blind.body.metadata.uid]).toEqual([200, '4', first.metadata.uid]);
    expect((await cluster.ask('PUT', `${maps}/upd`, { body: map('upd', {}, { uid: 'other' }) })).code).toBe(409);
    expect((await cluster.ask('PUT', `${maps}/absent`, { body: map('absent') })).code).toBe(404);
  });

  it('lets exactly one of many writers on one version win', async () => {
    const first = (await cluster.ask('POST', maps, { body: map('race', { n: '0' }) })).body;
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        cluster.ask('PUT', `${maps}/race`, { body: { ...first, data: { n: `${n + 1}` } } }),
      ),
    );
    expect(answers.map(({ code }) => code).sort()).toEqual([200, ...Array.from({ length: 11 }, () => 409)]);
  });

  it('creates a Lease that is absent and wants a version for one that exists', async () => {
    const path = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/edge-1';
    const lease = { metadata: { name: 'edge-1' }, spec: { holderIdentity: 'edge-1', leaseDurationSeconds: 40 } };
    expect((await cluster.ask('PUT', path, { body: lease })).code).toBe(201);
    const { code, body } = await cluster.ask('PUT', path, { body: lease });
    expect([code, body.message]).toEqual([
      422,
      'Lease.coordination.k8s.io "edge-1" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    ]);
  });

  it('keeps status and the rest apart', async () => {
    const nodes = '/api/v1/nodes';
    const node = { metadata: { name: 'n1', labels: { a: '1' } }, status: { capacity: { cpu: '4' } } };
    const created = (await cluster.ask('POST', nodes, { body: node })).body;
    expect(created.status.capacity.cpu).toBe('4');
    const main = await cluster.ask('PUT', `${nodes}/n1`, {
      body: { ...created, status: {}, spec: { unschedulable: true } },
    });
    expect([main.body.status.capacity.cpu, main.body.spec.unschedulable]).toEqual(['4', true]);
    const status = await cluster.ask('PATCH', `${nodes}/n1/status`, {
      type: 'application/strategic-merge-patch+json',
      body: { spec: { unschedulable: false }, status: { capacity: { cpu: '8' } } },
    });
    expect([status.body.status.capacity.cpu, status.body.spec.unschedulable]).toEqual(['8', true]);
  });
});

describe('patch', () => {
  it('applies all three kinds and refuses the fourth by name', async () => {
    await cluster.ask('POST', maps, { body: map('patch', { a: '1', b: '2' }) });
    const patch = (type: string, body: unknown) => cluster.ask('PATCH', `${maps}/patch`, { type, body });
    const merged = await patch('application/merge-patch+json', { data: { a: null, c: '3' } });
    expect(merged.body.data).toEqual({ b: '2', c: '3' });
    const json = await patch('application/json-patch+json', [{ op: 'replace', path: '/data/b', value: '9' }]);
    expect(json.body.data).toEqual({ b: '9', c: '3' });
    const strategic = await patch('application/strategic-merge-patch+json', { metadata: { labels: { x: 'y' } } });
    expect(strategic.body.metadata.labels).toEqual({ x: 'y' });
    const failed = await patch('application/json-patch+json', [{ op: 'test', path: '/data/b', value: 'no' }]);
    expect([failed.code, failed.body.reason]).toEqual([422, 'Invalid']);
    const apply = await patch('application/apply-patch+yaml', {});
    expect(apply.code).toBe(415);
    expect(apply.body.message).toContain('application/apply-patch+yaml');
    expect((await patch('application/merge-patch+json', '[]')).code).toBe(400);
    expect((await patch('application/merge-patch+json', { kind: 'Secret' })).code).toBe(400);
  });

  it('is conditional when it names a version, and never lost when it does not', async () => {
    const { metadata } = (await cluster.ask('POST', maps, { body: map('many') })).body;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        cluster.ask('PATCH', `${maps}/many`, {
          type: 'application/merge-patch+json',
          body: { data: { [`k${n}`]: '' } },
        }),
      ),
    );
    expect(answers.every(({ code }) => code === 200)).toBe(true);
    expect(Object.keys((await cluster.ask('GET', `${maps}/many`)).body.data)).toHaveLength(20);
    const stale = await cluster.ask('PATCH', `${maps}/many`, {
      type: 'application/merge-patch+json',
      body: { metadata: { resourceVersion: metadata.resourceVersion }, data: { late: '' } },
    });
    expect(stale.code).toBe(409);
  });
});

describe('get and list', () => {
  it('selects by labels and fields, and refuses fields the kind does not offer', async () => {
    const secrets = '/api/v1/namespaces/default/secrets';
    for (const [name, tier] of [
      ['s1', 'a'],
      ['s2', 'b'],
      ['s3', 'a'],
    ] as const) {
      await cluster.ask('POST', secrets, {
        body: { metadata: { name, labels: { tier } }, type: name === 's3' ? 'x/y' : 'Opaque' },
      });
    }
    const names = async (query: string) =>
      (await cluster.ask('GET', `${secrets}?${query}`)).body.items.map(
        (item: { metadata: { name: string } }) => item.metadata.name,
      );
    expect(await names('labelSelector=tier%3Da')).toEqual(['s1', 's3']);
    expect(await names('labelSelector=tier+notin+(a)')).toEqual(['s2']);
    expect(await names('fieldSelector=type%3Dx/y')).toEqual(['s3']);
    expect(await names('fieldSelector=metadata.name!%3Ds1&labelSelector=tier%3Da')).toEqual(['s3']);
    expect((await cluster.ask('GET', `${secrets}?fieldSelector=spec.x%3D1`)).body.message).toContain(
      'field label not supported: spec.x',
    );
    expect((await cluster.ask('GET', `${secrets}?labelSelector=((`)).code).toBe(400);
  });

  it('pages at one version', async () => {
    const path = '/api/v1/namespaces/kube-public/secrets';
    for (const name of ['a', 'b', 'c']) await cluster.ask('POST', path, { body: { metadata: { name } } });
    const first = (await cluster.ask('GET', `${path}?limit=2`)).body;
    expect([first.items.length, first.metadata.remainingItemCount]).toEqual([2, 1]);
    await cluster.ask('DELETE', `${path}/c`);
    const second = (await cluster.ask('GET', `${path}?limit=2&continue=${first.metadata.continue}`)).body;
    expect(second.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['c']);
    expect(second.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion });
    expect((await cluster.ask('GET', `${path}?continue=nonsense`)).code).toBe(400);
  });

  it('answers in the form that is asked for', async () => {
    await cluster.ask('POST', maps, { body: map('formed') });
    const table = await cluster.ask('GET', `${maps}/formed`, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
    });
    expect([table.body.kind, table.body.rows.length]).toEqual(['Table', 1]);
    const partial = await cluster.ask('GET', maps, {
      accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    });
    expect(partial.body.kind).toBe('PartialObjectMetadataList');
    expect(partial.body.items[0]).not.toHaveProperty('data');
    const none = await cluster.ask('GET', maps, { accept: 'application/vnd.kubernetes.protobuf' });
    expect([none.code, none.body.reason]).toEqual([406, 'NotAcceptable']);
    expect((await cluster.ask('GET', maps, { accept: 'application/vnd.kubernetes.protobuf, */*' })).code).toBe(200);
  });

  it('leaves out the kind of listed items and never answers null for none', async () => {
    const { body } = await cluster.ask('GET', '/api/v1/namespaces/kube-node-lease/secrets');
    expect(body).toMatchObject({ kind: 'SecretList', apiVersion: 'v1', items: [] });
    const [item] = (await cluster.ask('GET', '/api/v1/namespaces')).body.items;
    expect(item).not.toHaveProperty('kind');
  });

  it('tells apart what is not there, not served and not supported', async () => {
    expect((await cluster.ask('GET', `${maps}/none`)).body.message).toBe('configmaps "none" not found');
    expect((await cluster.ask('GET', '/api/v1/gadgets')).body).toMatchObject({ code: 404, details: {} });
    expect((await cluster.ask('GET', '/apis/example.com/v1/gadgets')).text).toBe('404 page not found\n');
    expect((await cluster.ask('GET', '/apis/rbac.authorization.k8s.io/v1/roles')).body).toMatchObject({
      code: 501,
      message: 'roles.rbac.authorization.k8s.io is not supported by this cluster yet',
    });
    expect((await cluster.ask('POST', '/api/v1/namespaces/default/pods/x/exec')).body.code).toBe(501);
    expect((await cluster.ask('POST', '/api/v1/configmaps', { body: map('x') })).code).toBe(405);
  });

  it('knows which versions it can list', async () => {
    const top = Number((await cluster.ask('GET', maps)).body.metadata.resourceVersion);
    expect((await cluster.ask('GET', `${maps}?resourceVersion=${top}&resourceVersionMatch=Exact`)).code).toBe(200);
    expect((await cluster.ask('GET', `${maps}?resourceVersionMatch=Exact`)).code).toBe(422);
    expect((await cluster.ask('GET', `${maps}?resourceVersion=x`)).code).toBe(400);
    const future = await cluster.ask('GET', `${maps}?resourceVersion=${top + 1000}`);
    expect([future.code, future.body.details.causes[0].reason]).toEqual([504, 'ResourceVersionTooLarge']);
  });
});
