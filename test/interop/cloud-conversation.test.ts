import { describe, expect, it } from 'vitest';
import { resources } from '../../src/kube/index.js';
import { connectEdge, get, joinEdge, pod, startCloud, type WireMessage } from './cloud-harness.js';

const about = (resource: string, operation?: string) => (message: WireMessage) =>
  message.route.resource === resource && (operation === undefined || message.route.operation === operation);

const syncs = {
  group: 'reliablesyncs.kubeedge.io',
  version: 'v1alpha1',
  plural: 'objectsyncs',
  kind: 'ObjectSync',
  namespaced: true,
};

describe('the conversation of facts cloudhub-wire §9', () => {
  it('goes from an empty edge to a pod whose status the API knows', async () => {
    await using cloud = await startCloud();
    expect((await get(cloud.ports.https, '/node/edge1', { rejectUnauthorized: false })).status).toBe(404);
    const edge = await connectEdge(cloud, 'edge1', await joinEdge(cloud, 'edge1'));
    edge.send({ resource: 'node', operation: 'keepalive', content: 'ping', source: 'websocket' });

    const registration = edge.send({
      resource: 'null/node/edge1',
      operation: 'insert',
      content: {
        metadata: { name: 'edge1', labels: { 'node-role.kubernetes.io/edge': '' } },
        spec: {},
        status: { phase: '' },
      },
    });
    const registered = await edge.reply(registration);
    expect(registered.route).toEqual({
      source: 'edgecontroller',
      group: 'resource',
      operation: 'response',
      resource: 'null/node/edge1',
    });
    expect(registered.content).toMatchObject({ Object: { metadata: { name: 'edge1' } }, Err: null });
    expect((await edge.next(about('null/node/edge1', 'update'))).content.kind).toBe('Node');
    expect((await get(cloud.ports.https, '/node/edge1', { rejectUnauthorized: false })).body.toString()).toBe(
      'Node found',
    );

    const created = await cloud.kube.create(resources.pods, pod('nginx', 'edge1'));
    const arrived = await edge.next(about('default/pod/nginx'));
    expect(arrived.route).toEqual({
      source: 'edgecontroller',
      group: 'resource',
      operation: 'insert',
      resource: 'default/pod/nginx',
    });
    expect(arrived.header.parent_msg_id).toBeUndefined();
    expect(arrived.header.resourceversion).toBe(created.metadata?.resourceVersion);
    expect(arrived.content).toMatchObject({ kind: 'Pod', apiVersion: 'v1', metadata: { uid: created.metadata?.uid } });
    await expect
      .poll(() =>
        cloud.kube.get(syncs, { namespace: 'default', name: `edge1.${created.metadata?.uid}` }).catch(() => undefined),
      )
      .toMatchObject({
        spec: { objectAPIVersion: 'v1', objectKind: 'Pod', objectName: 'nginx' },
        status: { objectResourceVersion: created.metadata?.resourceVersion },
      });

    const patch = edge.send({
      resource: 'default/podpatch/nginx',
      operation: 'patch',
      content: JSON.stringify({ metadata: { uid: created.metadata?.uid }, status: { phase: 'Running' } }),
    });
    const patched = await edge.reply(patch);
    expect(patched.content).toMatchObject({ Object: { status: { phase: 'Running' } }, Err: null });
    expect(patched.header.resourceversion).toBe(patched.content.Object.metadata.resourceVersion);

    await cloud.kube.delete(resources.pods, { namespace: 'default', name: 'nginx' }, { gracePeriodSeconds: 30 });
    expect((await edge.next(about('default/pod/nginx', 'update'))).content.metadata.deletionTimestamp).toBeTruthy();
    const removal = edge.send({
      resource: 'default/pod/nginx',
      operation: 'delete',
      content: { gracePeriodSeconds: 0, preconditions: { uid: created.metadata?.uid } },
    });
    expect((await edge.reply(removal)).content).toBe('OK');
    await edge.next(about('default/pod/nginx', 'delete'));
    await expect.poll(async () => (await cloud.kube.list(syncs, {})).items.length).toBe(0);
    expect(
      (await edge.reply(edge.send({ resource: 'default/pod/nginx', operation: 'delete', content: 'gone' }))).content,
    ).toBe('OK');
  });

  it('keeps the lease of a node', async () => {
    await using cloud = await startCloud();
    const edge = await connectEdge(cloud, 'edge1', await joinEdge(cloud, 'edge1'));
    const resource = 'kube-node-lease/lease/edge1';
    const missing = await edge.reply(edge.send({ resource, operation: 'query', content: null }));
    expect(missing.content).toMatchObject({
      Object: null,
      Err: { ErrStatus: { status: 'Failure', reason: 'NotFound', code: 404 } },
    });
    const lease = {
      metadata: { name: 'edge1', namespace: 'kube-node-lease' },
      spec: { holderIdentity: 'edge1', leaseDurationSeconds: 40 },
    };
    const made = await edge.reply(edge.send({ resource, operation: 'insert', content: lease }));
    expect(made.content).toMatchObject({ Object: { spec: { holderIdentity: 'edge1' } }, Err: null });
    const renewed = { ...made.content.Object, spec: { ...lease.spec, renewTime: '2026-01-01T00:00:00.000000Z' } };
    const updated = await edge.reply(edge.send({ resource, operation: 'update', content: renewed }));
    expect(updated.content.Object.spec.renewTime).toBe('2026-01-01T00:00:00.000000Z');
  });
});
