import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConfigMap, resources, type Secret } from '../../src/kube/index.js';
import {
  type Cloud,
  connectEdge,
  type EdgePeer,
  joinEdge,
  pod,
  startCloud,
  type WireMessage,
} from './cloud-harness.js';

const about = (resource: string, operation?: string) => (message: WireMessage) =>
  message.route.resource === resource && (operation === undefined || message.route.operation === operation);

const config = (name: string, value: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: { value },
});
const secret = (name: string): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'default' },
  data: { key: 'czNjcmV0' },
});

describe('what a node may touch', () => {
  let cloud: Cloud;
  let edge: EdgePeer;
  const ask = (resource: string, operation: string, content: unknown = null) =>
    edge.reply(edge.send({ resource, operation, content }));

  beforeAll(async () => {
    cloud = await startCloud();
    const { kube } = cloud;
    await kube.create(resources.configMaps, config('used', '1'));
    await kube.create(resources.secrets, secret('used'));
    await kube.create(resources.secrets, secret('foreign'));
    await kube.create(resources.pods, pod('other', 'edge2'));
    await kube.create(
      resources.pods,
      pod('mine', 'edge1', {
        initContainers: [{ name: 'i', image: 'x', envFrom: [{ configMapRef: { name: 'used' } }] }],
        volumes: [
          { name: 'v', projected: { sources: [{ secret: { name: 'used' } }, { configMap: { name: 'absent' } }] } },
        ],
      }),
    );
    edge = await connectEdge(cloud, 'edge1', await joinEdge(cloud, 'edge1'));
    await edge.next(about('default/pod/mine'));
  });
  afterAll(() => cloud[Symbol.asyncDispose]());

  it('reads the configmaps and secrets of its own pods, and hears when they change', async () => {
    expect((await ask('default/secret/used', 'query')).content).toMatchObject({
      kind: 'Secret',
      data: { key: 'czNjcmV0' },
    });
    const read = await ask('default/configmap/used', 'query');
    expect(read.content).toMatchObject({ kind: 'ConfigMap', data: { value: '1' } });
    await cloud.kube.update(resources.configMaps, { ...read.content, data: { value: '2' } });
    expect((await edge.next(about('default/configmap/used', 'update'))).content.data).toEqual({ value: '2' });
  });

  it.each([
    ['default/secret/foreign', 'query'],
    ['default/secret/absent-too', 'query'],
    ['null/node/edge2', 'query'],
  ])('is denied %s with an error reply', async (resource, operation) => {
    const answer = await ask(resource, operation);
    expect(answer.route.operation).toBe('error');
    expect(answer.content).toMatch(/^Forbidden: node edge1 may not use /);
  });

  it('hears NotFound, by reason, for a missing object it may read', async () => {
    const answer = await ask('default/configmap/absent', 'query');
    expect(answer.route.operation).toBe('error');
    expect(answer.content).toMatch(/^NotFound: configmaps "absent" not found$/);
  });

  it.each([
    ['default/podpatch/other', 'patch', '{"status":{"phase":"Failed"}}'],
    ['null/nodepatch/edge2', 'patch', '{"status":{}}'],
    ['null/node/edge2', 'insert', { metadata: { name: 'edge2' } }],
    ['kube-node-lease/lease/edge2', 'update', { metadata: { name: 'edge2' } }],
    ['default/lease/edge1', 'query', null],
    ['default/pod/intruder', 'insert', pod('intruder', 'edge1')],
  ])('is denied %s %s in an ObjectResp', async (resource, operation, content) => {
    const answer = await ask(resource, operation, content);
    expect(answer.content).toMatchObject({
      Object: null,
      Err: { ErrStatus: { status: 'Failure', reason: 'Forbidden', code: 403 } },
    });
  });

  it('cannot delete the pod of another node', async () => {
    const answer = await ask('default/pod/other', 'delete', { gracePeriodSeconds: 0 });
    expect(answer.content).toMatchObject({ ErrStatus: { reason: 'Forbidden' } });
    await cloud.kube.get(resources.pods, { namespace: 'default', name: 'other' });
  });

  it('cannot change labels through a status patch', async () => {
    await ask(
      'default/podpatch/mine',
      'patch',
      JSON.stringify({ metadata: { labels: { stolen: 'yes' } }, status: { phase: 'Running' } }),
    );
    const mine = await cloud.kube.get(resources.pods, { namespace: 'default', name: 'mine' });
    expect(mine.status?.phase).toBe('Running');
    expect(mine.metadata?.labels).toBeUndefined();
  });

  it('gets tokens only when they are bound to a pod of its own', async () => {
    const request = { spec: { audiences: ['a'], boundObjectRef: { kind: 'Pod', name: 'other', uid: 'none' } } };
    expect((await ask('default/serviceaccounttoken/default', 'query', request)).content).toMatch(/^Forbidden: /);
  });

  it.each([
    ['default/certificatesigningrequest/x', 'insert'],
    ['default/podstatus/mine', 'update'],
    ['default/gadget/x', 'insert'],
  ])('is told by name that %s is not supported', async (resource, operation) => {
    expect((await ask(resource, operation)).content.Err.ErrStatus).toMatchObject({
      code: 501,
      message: expect.stringContaining(resource.split('/')[1] ?? ''),
    });
  });

  it('loses a secret it no longer reads when that secret changes', async () => {
    await ask('default/secret/used', 'query');
    await cloud.kube.delete(resources.pods, { namespace: 'default', name: 'mine' }, { gracePeriodSeconds: 0 });
    await edge.next(about('default/pod/mine', 'delete'));
    const present = await cloud.kube.get(resources.secrets, { namespace: 'default', name: 'used' });
    await cloud.kube.update(resources.secrets, { ...present, data: { key: 'bmV3' } });
    const taken = await edge.next(about('default/secret/used', 'delete'));
    expect(taken.content.data).toBeUndefined();
  });
});
