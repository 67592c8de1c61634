import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runHub } from '../../src/edge/hub/index.js';
import { type Meta, openMeta } from '../../src/edge/meta/index.js';
import { type Change, type KubeApi, type Lease, type Node, type Pod, resources } from '../../src/kube/index.js';
import { silentLog } from '../../src/lib/index.js';
import { type Cloud, startCloud, tokenOf } from './cloud-harness.js';

const nodeName = 'edge-1';
const node: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: nodeName, labels: { 'node-role.kubernetes.io/edge': '', 'kubernetes.io/hostname': nodeName } },
  status: { conditions: [{ type: 'Ready', status: 'True' }], addresses: [{ type: 'InternalIP', address: '10.0.0.7' }] },
};
const pod = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { nodeName, containers: [{ name: 'main', image: 'hello', envFrom: [{ configMapRef: { name: 'settings' } }] }] },
});

/** Hub and store of an edge, joined to `cloud`. */
interface Edge {
  readonly meta: Meta;
  stop(): Promise<void>;
}

describe('an edge and a cloud', { timeout: 30_000 }, () => {
  let folder: string;
  let cloud: Cloud;
  let edge: Edge;
  const never = new AbortController().signal;

  const startEdge = async (): Promise<Edge> => {
    const stop = new AbortController();
    const meta = await openMeta({
      path: join(folder, 'edgecore.db'),
      node: nodeName,
      queryTimeoutMs: 10_000,
      reportEvents: true,
      log: silentLog,
    });
    const config = {
      node: nodeName,
      server: `127.0.0.1:${cloud.ports.websocket}`,
      httpServer: `https://127.0.0.1:${cloud.ports.https}`,
      projectId: 'e632aba927ea4ac2b575ec1603d56f10',
      token: await tokenOf(cloud.kube),
      caFile: join(folder, 'ca.crt'),
      certFile: join(folder, 'edge.crt'),
      keyFile: join(folder, 'edge.key'),
      rotateCertificates: true,
      heartbeatMs: 15_000,
      handshakeTimeoutMs: 5000,
    };
    const run = runHub({ config, serve: meta.serve, identified: () => {}, log: silentLog }, stop.signal);
    return {
      meta,
      async stop() {
        stop.abort(new Error('edge stops'));
        await run;
        await meta[Symbol.asyncDispose]();
      },
    };
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skerry-interop-'));
    cloud = await startCloud();
    edge = await startEdge();
  });
  afterEach(async () => {
    await edge.stop();
    await cloud[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const identityOf = ({ metadata }: Pod) => ({
    namespace: 'default',
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
  });
  const statusOf = async (kube: KubeApi, name: string) =>
    (await kube.get(resources.pods, { namespace: 'default', name })).status;
  const until = async (done: () => Promise<boolean> | boolean) => {
    while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  /** Follows the pods of the node; `next` gives the first change that fits. */
  const followPods = (stop: AbortSignal) => {
    const changes: Change<Pod>[] = [];
    const reading = (async () => {
      for await (const change of edge.meta.pods.pods(stop)) changes.push(change);
    })();
    const find = (kind: string, name: string) =>
      changes.find((change) => change.kind === kind && 'item' in change && change.item.metadata?.name === name);
    return {
      changes,
      reading,
      find,
      next: (kind: string, name: string) => until(() => find(kind, name) !== undefined),
    };
  };

  it('carry a pod from its creation to its end', async () => {
    const { kube } = cloud;
    const stop = new AbortController();
    await edge.meta.complete([], never);
    const pods = followPods(stop.signal);
    await edge.meta.status.registerNode(node, never);
    expect((await kube.get(resources.nodes, { name: nodeName })).metadata?.labels).toMatchObject(
      node.metadata?.labels ?? {},
    );

    const created = await kube.create(resources.pods, pod('web'));
    await pods.next('put', 'web');
    await edge.meta.status.podStatus(identityOf(created), {
      phase: 'Running',
      podIP: '10.1.0.4',
      podIPs: [{ ip: '10.1.0.4' }],
      conditions: [{ type: 'Ready', status: 'True' }],
    });
    await until(async () => (await statusOf(kube, 'web'))?.phase === 'Running');
    await edge.meta.status.podStatus(identityOf(created), {
      phase: 'Running',
      podIP: '10.1.0.5',
      podIPs: [{ ip: '10.1.0.5' }],
    });
    await until(async () => (await statusOf(kube, 'web'))?.podIP === '10.1.0.5');
    expect(await statusOf(kube, 'web')).toMatchObject({
      podIPs: [{ ip: '10.1.0.5' }],
      conditions: [{ type: 'Ready', status: 'True' }],
    });

    await edge.meta.status.podGone(identityOf(created));
    await pods.next('drop', 'web');
    await expect(kube.get(resources.pods, { namespace: 'default', name: 'web' })).rejects.toMatchObject({
      code: 'not-found',
    });
    stop.abort();
    await pods.reading;
  });

  it('find configmaps, and tell what is missing from what fails', async () => {
    await edge.meta.status.registerNode(node, never);
    await cloud.kube.create(resources.pods, pod('web'));
    await cloud.kube.create(resources.configMaps, {
      metadata: { name: 'settings', namespace: 'default' },
      data: { a: '1' },
    });
    await until(() => edge.meta.cloud.connection !== undefined);
    const found = async () => edge.meta.objects.configMap({ namespace: 'default', name: 'settings' });
    await until(async () => (await found().catch(() => undefined))?.data?.a === '1');
    await expect(edge.meta.objects.configMap({ namespace: 'default', name: 'none' })).rejects.toMatchObject({
      code: expect.stringMatching(/not-found|denied/),
    });
  });

  it('renew a lease, register a known node again and patch its status', async () => {
    const lease: Lease = {
      metadata: { name: nodeName, namespace: 'kube-node-lease' },
      spec: { holderIdentity: nodeName, leaseDurationSeconds: 40, renewTime: '2026-01-01T00:00:00.000000Z' },
    };
    await edge.meta.status.registerNode(node, never);
    await edge.meta.status.renewLease(lease, never);
    const later = { ...lease, spec: { ...lease.spec, renewTime: '2026-01-01T00:00:10.000000Z' } };
    await edge.meta.status.renewLease(later, never);
    const key = { namespace: 'kube-node-lease', name: nodeName };
    expect((await cloud.kube.get(resources.leases, key)).spec?.renewTime).toBe(later.spec.renewTime);

    const labelled = { ...node, metadata: { ...node.metadata, labels: { ...node.metadata?.labels, zone: 'a' } } };
    await edge.meta.status.registerNode(labelled, never);
    expect((await cloud.kube.get(resources.nodes, { name: nodeName })).metadata?.labels).toMatchObject({ zone: 'a' });
    await edge.meta.status.nodeStatus({ ...labelled, status: { conditions: [{ type: 'Ready', status: 'False' }] } });
    await until(async () => {
      const { status } = await cloud.kube.get(resources.nodes, { name: nodeName });
      return status?.conditions?.[0]?.status === 'False';
    });
  });

  it('catch up after the cloud was away, with the newest status and each event', async () => {
    const stop = new AbortController();
    await edge.meta.complete([], never);
    const pods = followPods(stop.signal);
    await edge.meta.status.registerNode(node, never);
    const created = await cloud.kube.create(resources.pods, pod('web'));
    await pods.next('put', 'web');
    stop.abort();
    await cloud.stop();
    await edge.meta.status.podStatus(identityOf(created), { phase: 'Running' });
    await edge.meta.status.podStatus(identityOf(created), { phase: 'Failed', reason: 'Test' });
    await edge.meta.status.event({
      metadata: { name: 'web.1', namespace: 'default' },
      involvedObject: { kind: 'Pod', name: 'web', namespace: 'default' },
      reason: 'Started',
      source: { component: 'kubelet', host: nodeName },
    });
    await edge.stop();
    const { kube, folder: state, ports } = cloud;
    cloud = await startCloud({ kube, folder: state });
    expect(ports.websocket).not.toBe(0);
    edge = await startEdge();
    await until(async () => (await statusOf(kube, 'web'))?.phase === 'Failed');
    await until(async () => (await kube.list(resources.events, { namespace: 'default' })).items.length === 1);
    await until(() => edge.meta.unsent === 0);
  });

  it('bring back a running pod to an edge whose store was wiped', async () => {
    const stop = new AbortController();
    await edge.meta.complete([], never);
    const before = followPods(stop.signal);
    await edge.meta.status.registerNode(node, never);
    const created = await cloud.kube.create(resources.pods, pod('web'));
    await before.next('put', 'web');
    stop.abort();
    await edge.stop();
    await rm(join(folder, 'edgecore.db'));
    await rm(join(folder, 'edgecore.db-wal'), { force: true });
    edge = await startEdge();
    const gone = { namespace: 'default', name: 'old', uid: 'u-old' };
    await edge.meta.complete([identityOf(created), gone], never);
    const again = new AbortController();
    for await (const change of edge.meta.pods.pods(again.signal)) {
      expect(change.kind === 'reset' && change.items.map((item) => item.metadata?.uid)).toEqual([
        created.metadata?.uid,
      ]);
      again.abort();
    }
  });
});
