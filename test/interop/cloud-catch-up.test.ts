import { describe, expect, it } from 'vitest';
import { resources } from '../../src/kube/index.js';
import { ackTo, type Cloud, connectEdge, joinEdge, pod, startCloud, type WireMessage } from './cloud-harness.js';

const about = (resource: string, operation?: string) => (message: WireMessage) =>
  message.route.resource === resource && (operation === undefined || message.route.operation === operation);

const syncs = {
  group: 'reliablesyncs.kubeedge.io',
  version: 'v1alpha1',
  plural: 'objectsyncs',
  kind: 'ObjectSync',
  namespaced: true,
};

const recordedVersions = async (cloud: Cloud) => {
  const { items } = await cloud.kube.list(syncs, {});
  return items.map(
    (item) => (item as { status?: { objectResourceVersion?: string } }).status?.objectResourceVersion ?? '',
  );
};
const allRecorded = (cloud: Cloud, count: number) =>
  expect.poll(async () => (await recordedVersions(cloud)).filter((version) => Number(version) > 0).length).toBe(count);

describe('catching up after an absence', () => {
  it('sends what was made, changed and deleted while the node was away, and nothing else', async () => {
    await using cloud = await startCloud();
    const credentials = await joinEdge(cloud, 'edge1');
    const { kube } = cloud;
    await kube.create(resources.pods, pod('same', 'edge1'));
    const changing = await kube.create(resources.pods, pod('changing', 'edge1'));
    const leaving = await kube.create(resources.pods, pod('leaving', 'edge1'));
    const first = await connectEdge(cloud, 'edge1', credentials);
    for (const name of ['same', 'changing', 'leaving']) await first.next(about(`default/pod/${name}`, 'insert'));
    await allRecorded(cloud, 3);
    first.socket.terminate();
    await first.closed;

    await kube.create(resources.pods, pod('new', 'edge1'));
    await kube.create(resources.pods, pod('elsewhere', 'edge2'));
    await kube.update(resources.pods, { ...changing, metadata: { ...changing.metadata, labels: { a: 'b' } } });
    await kube.delete(resources.pods, { namespace: 'default', name: 'leaving' }, { gracePeriodSeconds: 0 });

    const second = await connectEdge(cloud, 'edge1', credentials);
    const orphan = await second.next(about('default/pod/leaving', 'delete'));
    expect(orphan.content).toEqual({ metadata: { name: 'leaving', namespace: 'default', uid: leaving.metadata?.uid } });
    expect(orphan.header.resourceversion).toBeUndefined();
    expect((await second.next(about('default/pod/changing', 'update'))).content.metadata.labels).toEqual({ a: 'b' });
    await second.next(about('default/pod/new', 'insert'));
    await allRecorded(cloud, 3);
    expect(second.log).toEqual([]);
  });

  it('keeps the books over a restart of the cloud, and its certificates too', async () => {
    await using first = await startCloud();
    const credentials = await joinEdge(first, 'edge1');
    await first.kube.create(resources.pods, pod('p', 'edge1'));
    const edge = await connectEdge(first, 'edge1', credentials);
    await edge.next(about('default/pod/p', 'insert'));
    // The answer comes after the ack was read; nothing waits for the books to be written.
    await edge.reply(edge.send({ resource: 'kube-node-lease/lease/edge1', operation: 'query', content: null }));
    await first.stop();
    await edge.closed;
    expect(await recordedVersions(first)).toEqual([expect.stringMatching(/^[1-9]/)]);

    await using second = await startCloud({ kube: first.kube, folder: first.folder });
    const again = await connectEdge(second, 'edge1', credentials);
    await second.kube.create(resources.pods, pod('q', 'edge1'));
    await again.next(about('default/pod/q'));
    expect(again.log.filter(about('default/pod/p'))).toEqual([]);
  });

  it('sends everything again to an edge that says its store is new', async () => {
    await using cloud = await startCloud();
    const credentials = await joinEdge(cloud, 'edge1');
    await cloud.kube.create(resources.pods, pod('p', 'edge1'));
    const first = await connectEdge(cloud, 'edge1', credentials);
    await first.next(about('default/pod/p', 'insert'));
    await allRecorded(cloud, 1);
    first.socket.terminate();
    await first.closed;
    const wiped = await connectEdge(cloud, 'edge1', credentials, { headers: { 'Skerry-Extensions': 'empty-store' } });
    await wiped.next(about('default/pod/p', 'insert'));
    await allRecorded(cloud, 1);
  });

  it('sends one object at a time to a Go peer, and the next when it is acked', async () => {
    await using cloud = await startCloud();
    for (const name of ['a', 'b']) await cloud.kube.create(resources.pods, pod(name, 'edge1'));
    const edge = await connectEdge(cloud, 'edge1', await joinEdge(cloud, 'edge1'), { acks: false });
    const first = await edge.next(about('default/pod/a'));
    const lease = edge.send({ resource: 'kube-node-lease/lease/edge1', operation: 'query', content: null });
    await edge.reply(lease);
    expect(edge.log).toEqual([]);
    edge.send(ackTo(first));
    await edge.next(about('default/pod/b'));
  });

  it('does not wait for acks of a peer that has agreed to it', async () => {
    await using cloud = await startCloud();
    for (const name of ['a', 'b', 'c']) await cloud.kube.create(resources.pods, pod(name, 'edge1'));
    const headers = { 'Skerry-Extensions': 'pipelined-acks, time-travel' };
    const edge = await connectEdge(cloud, 'edge1', await joinEdge(cloud, 'edge1'), { acks: false, headers });
    for (const name of ['a', 'b', 'c']) await edge.next(about(`default/pod/${name}`));
  });

  it('replaces the older connection of a node', async () => {
    await using cloud = await startCloud();
    const credentials = await joinEdge(cloud, 'edge1');
    const older = await connectEdge(cloud, 'edge1', credentials);
    const newer = await connectEdge(cloud, 'edge1', credentials);
    await older.closed;
    await cloud.kube.create(resources.pods, pod('p', 'edge1'));
    await newer.next(about('default/pod/p'));
  });
});
