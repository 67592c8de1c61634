import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startCluster, type TestCluster } from '../testing/start-cluster.js';

// Real sockets and disks on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

const home = '/api/v1/namespaces/default';
const containers = [{ name: 'c', image: 'i' }];
const newPod = (name: string, spec: object = {}, path = home) =>
  cluster.ask('POST', `${path}/pods`, { body: { metadata: { name }, spec: { containers, ...spec } } });

describe('a new pod', () => {
  it('gets an account, its token, tolerations, priority and a status', async () => {
    const { body } = await newPod('full');
    const { spec, status } = body;
    expect([spec.serviceAccountName, spec.priority, spec.preemptionPolicy]).toEqual([
      'default',
      0,
      'PreemptLowerPriority',
    ]);
    const [volume] = spec.volumes;
    expect(volume.name).toMatch(/^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(volume.projected.sources[0].serviceAccountToken).toEqual({ expirationSeconds: 3607, path: 'token' });
    expect(spec.containers[0].volumeMounts).toEqual([
      { name: volume.name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
    ]);
    expect(
      spec.tolerations.map(({ key, tolerationSeconds }: Record<string, unknown>) => [key, tolerationSeconds]),
    ).toEqual([
      ['node.kubernetes.io/not-ready', 300],
      ['node.kubernetes.io/unreachable', 300],
    ]);
    expect(status).toMatchObject({ phase: 'Pending', qosClass: 'BestEffort' });
  });

  it('keeps what it says itself', async () => {
    const tolerations = [{ operator: 'Exists' }];
    const { body } = await newPod('own', { automountServiceAccountToken: false, tolerations });
    expect(body.spec.volumes).toBeUndefined();
    expect(body.spec.tolerations).toEqual(tolerations);
  });

  it('is refused when its account or priority class does not exist', async () => {
    const account = await newPod('lost', { serviceAccountName: 'nobody' });
    expect([account.code, account.body.message]).toEqual([
      403,
      'pods "lost" is forbidden: error looking up service account default/nobody: serviceaccount "nobody" not found',
    ]);
    const priority = await newPod('vip', { priorityClassName: 'vip' });
    expect([priority.code, priority.body.message]).toEqual([
      403,
      'pods "vip" is forbidden: no PriorityClass with name vip was found',
    ]);
    const critical = await newPod('critical', { priorityClassName: 'system-node-critical' });
    expect(critical.body.spec.priority).toBe(2_000_001_000);
  });

  it('waits for the account of a namespace that is only just made', async () => {
    await cluster.ask('POST', '/api/v1/namespaces', { body: { metadata: { name: 'young' } } });
    const path = '/api/v1/namespaces/young';
    const pending = newPod('early', {}, path);
    await cluster.ask('POST', `${path}/serviceaccounts`, { body: { metadata: { name: 'default' } } });
    expect((await pending).code).toBe(201);
  });

  it.each([
    ['Guaranteed', { limits: { cpu: '1', memory: '1Gi' } }],
    ['Guaranteed', { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } }],
    ['Burstable', { limits: { cpu: '1' } }],
    ['Burstable', { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } }],
    ['BestEffort', {}],
  ])('is %s with resources %j', async (qosClass, resources) => {
    const { body } = await cluster.ask('POST', `${home}/pods?dryRun=All`, {
      body: { metadata: { name: 'qos' }, spec: { containers: [{ name: 'c', image: 'i', resources }] } },
    });
    expect(body.status.qosClass).toBe(qosClass);
  });
});

describe('a new service', () => {
  it('gets an address of its own and keeps it', async () => {
    const service = (name: string, spec: object = {}) => ({
      metadata: { name },
      spec: { ports: [{ port: 80 }], ...spec },
    });
    const post = (body: object) => cluster.ask('POST', `${home}/services`, { body });
    const first = (await post(service('one'))).body;
    const second = (await post(service('two', { type: 'NodePort' }))).body;
    expect(first.spec.clusterIP).toMatch(/^10\.96\.\d+\.\d+$/);
    expect(second.spec.clusterIP).not.toBe(first.spec.clusterIP);
    expect(second.spec.ports[0].nodePort).toBeGreaterThanOrEqual(30_000);
    const replaced = await cluster.ask('PUT', `${home}/services/one`, {
      body: service('one', { selector: { a: 'b' } }),
    });
    expect([replaced.code, replaced.body.spec.clusterIP]).toEqual([200, first.spec.clusterIP]);
    expect((await post(service('three', { clusterIP: first.spec.clusterIP }))).code).toBe(422);
    const crowd = await Promise.all(Array.from({ length: 20 }, (_, n) => post(service(`crowd-${n}`))));
    expect(new Set(crowd.map(({ body }) => body.spec.clusterIP)).size).toBe(20);
    expect((await post(service('headless', { clusterIP: 'None' }))).body.spec.clusterIP).toBe('None');
  });
});

it('a new node takes no pods before it was seen ready', async () => {
  const { body } = await cluster.ask('POST', '/api/v1/nodes', { body: { metadata: { name: 'n' } } });
  expect(body.spec.taints).toEqual([{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
});
