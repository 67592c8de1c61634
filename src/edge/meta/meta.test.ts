import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Meta } from './meta.js';
import {
  connectTestCloud,
  failure,
  isAckOf,
  isErrorFor,
  openTestMeta,
  takePods,
  temporaryFolder,
  testPod,
} from './test-cloud.js';

const never = new AbortController().signal;

describe('the store of an edge', { timeout: 30_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let meta: Meta;
  beforeEach(async () => {
    folder = await temporaryFolder();
    meta = await openTestMeta(folder.path);
  });
  afterEach(async () => {
    await meta[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });
  const reopen = async () => {
    await meta[Symbol.asyncDispose]();
    meta = await openTestMeta(folder.path);
  };
  const put = (pod = testPod('web', 'u1')) => ({
    operation: 'insert',
    resource: `default/pod/${pod.metadata?.name}`,
    content: pod,
  });

  it('acknowledges a pod with source, group and resource echoed, and has it after a restart without a cloud', async () => {
    await using cloud = connectTestCloud(meta);
    await meta.complete([], never);
    const sent = await cloud.send(put());
    const ack = await cloud.expect(isAckOf(sent));
    expect(ack).toMatchObject({ source: 'edgecontroller', group: 'resource', resource: 'default/pod/web' });
    await cloud.hangUp();
    await reopen();
    expect(await takePods(meta, 1)).toEqual(['reset u1']);
  });

  it('takes a retransmission and a late older state without letting them win, and acknowledges both', async () => {
    await using cloud = connectTestCloud(meta);
    await meta.complete([], never);
    const changes = takePods(meta, 3);
    const newer = await cloud.send(put(testPod('web', 'u1', '7')));
    await cloud.expect(isAckOf(newer));
    await cloud.link.send(newer);
    const older = await cloud.send({ ...put(testPod('web', 'u1', '6')), operation: 'update' });
    await cloud.expect(isAckOf(older));
    const last = await cloud.send({ ...put(testPod('other', 'u2', '8')) });
    await cloud.expect(isAckOf(last));
    expect(await changes).toEqual(['reset ', 'put u1@7', 'put u2@8']);
    expect(cloud.seen.filter(isAckOf(newer))).toHaveLength(2);
  });

  it('ends the pod that another of the same name replaces', async () => {
    await using cloud = connectTestCloud(meta);
    await meta.complete([], never);
    await cloud.expect(isAckOf(await cloud.send(put())));
    const changes = takePods(meta, 3);
    await cloud.send(put(testPod('web', 'u2', '9')));
    expect(await changes).toEqual(['reset u1', 'drop u1@1', 'put u2@9']);
  });

  it('deletes by UID: the orphan form ends its own pod and no other, and is always acknowledged', async () => {
    await using cloud = connectTestCloud(meta);
    await meta.complete([], never);
    await cloud.expect(isAckOf(await cloud.send(put())));
    const orphan = (uid: string) => ({
      operation: 'delete',
      resource: 'default/pod/web',
      content: { metadata: { name: 'web', namespace: 'default', uid } },
    });
    await cloud.expect(isAckOf(await cloud.send(orphan('u0'))));
    expect(await takePods(meta, 1)).toEqual(['reset u1']);
    await cloud.expect(isAckOf(await cloud.send(orphan('u1'))));
    await cloud.expect(isAckOf(await cloud.send(orphan('u1'))));
    expect(await takePods(meta, 1)).toEqual(['reset ']);
  });

  it.each([
    ['a pod without a UID', 'default/pod/web', { metadata: { name: 'web', namespace: 'default' } }],
    ['a pod of another name', 'default/pod/web', testPod('db', 'u1')],
    ['a pod of another namespace', 'kube-system/pod/web', testPod('web', 'u1')],
    [
      'a pod bound to another node',
      'default/pod/web',
      testPod('web', 'u1', '1', { spec: { nodeName: 'x', containers: [] } }),
    ],
    ['text', 'default/configmap/web', 'hello'],
    ['null', 'default/secret/web', null],
    ['a list', 'default/configmap/web', []],
    ['a resource that is none', 'web', testPod('web', 'u1')],
    ['a version that is no text', 'default/pod/web', { metadata: { name: 'web', uid: 'u', resourceVersion: 7 } }],
  ])('answers %s with an error, not an acknowledgement', async (_, resource, content) => {
    await using cloud = connectTestCloud(meta);
    await meta.complete([], never);
    const sent = await cloud.send({ operation: 'insert', resource, content });
    const error = await cloud.expect(isErrorFor(sent));
    expect(error).toMatchObject({ source: 'metamanager', resource });
    expect(String(error.content)).not.toBe('');
    expect(cloud.seen.some(isAckOf(sent))).toBe(false);
    expect(await takePods(meta, 1)).toEqual(['reset ']);
  });

  it('stores kinds nobody here reads and acknowledges them, so that the queue of the cloud goes on', async () => {
    await using cloud = connectTestCloud(meta);
    const device = {
      apiVersion: 'devices.kubeedge.io/v1beta1',
      kind: 'Device',
      metadata: { name: 'd', namespace: 'default' },
    };
    await cloud.expect(
      isAckOf(await cloud.send({ operation: 'insert', resource: 'default/device/d', content: device })),
    );
    const node = { metadata: { name: 'edge-1', uid: 'n', resourceVersion: '3' } };
    await cloud.expect(isAckOf(await cloud.send({ operation: 'update', resource: 'null/node/edge-1', content: node })));
  });

  it('refuses volume operations by name', async () => {
    await using cloud = connectTestCloud(meta);
    const sent = await cloud.send({ operation: 'createvolume', resource: 'default/volume/1', content: '{}' });
    expect(String((await cloud.expect(isErrorFor(sent))).content)).toContain('createvolume');
  });

  describe('as a reader of what pods refer to', () => {
    const configMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', namespace: 'default' },
      data: { a: '1' },
    };

    it('asks the cloud once for an object many want, acknowledges the answer and has it from then on', async () => {
      await using cloud = connectTestCloud(meta, (message) => (message.operation === 'query' ? configMap : undefined));
      const key = { namespace: 'default', name: 'c' };
      const all = await Promise.all([1, 2, 3].map(() => meta.objects.configMap(key)));
      expect(all.map(({ data }) => data)).toEqual([{ a: '1' }, { a: '1' }, { a: '1' }]);
      expect(cloud.seen.filter(({ operation }) => operation === 'query')).toHaveLength(1);
      await cloud.expect((message) => message.content === 'OK' && message.resource === 'default/configmap/c');
      await cloud.hangUp();
      await reopen();
      expect((await meta.objects.configMap(key)).data).toEqual({ a: '1' });
    });

    it.each([
      ['the bare failure of a Go cloud', failure(404, 'NotFound'), 'not-found'],
      ['the failure of an ObjectResp', { Object: null, Err: failure(404, 'NotFound') }, 'not-found'],
      ['a forbidden read', failure(403, 'Forbidden'), 'denied'],
      ['a failing server', failure(500, 'InternalError'), 'unavailable'],
      ['an error nobody could write down', {}, 'unavailable'],
      ['an answer that is none', 'OK', 'unavailable'],
    ])('tells %s by its code and stores nothing', async (_, content, code) => {
      await using cloud = connectTestCloud(meta, () => content);
      await expect(meta.objects.secret({ namespace: 'default', name: 's' })).rejects.toMatchObject({ code });
      await expect(meta.objects.secret({ namespace: 'default', name: 's' })).rejects.toMatchObject({ code });
      expect(cloud.seen.filter(({ operation }) => operation === 'query')).toHaveLength(2);
    });

    it('says unavailable without a cloud, and when the cloud hangs up before it answers', async () => {
      const key = { namespace: 'default', name: 'c' };
      await expect(meta.objects.configMap(key)).rejects.toMatchObject({ code: 'unavailable' });
      await using cloud = connectTestCloud(meta);
      const asked = meta.objects.configMap(key);
      asked.catch(() => {});
      await cloud.expect(({ operation }) => operation === 'query');
      await cloud.hangUp();
      await expect(asked).rejects.toMatchObject({ code: 'unavailable' });
    });

    it('tells which configmap changed', async () => {
      await using cloud = connectTestCloud(meta);
      const stop = new AbortController();
      const changes = meta.objects.changed(stop.signal)[Symbol.asyncIterator]();
      await cloud.send({ operation: 'update', resource: 'default/configmap/c', content: configMap });
      expect((await changes.next()).value).toEqual({ kind: 'ConfigMap', key: { namespace: 'default', name: 'c' } });
      stop.abort();
      expect((await changes.next()).done).toBe(true);
    });
  });

  describe('that was damaged', () => {
    const path = () => join(folder.path, 'edgecore.db');

    it('keeps the file beside, starts anew and works', async () => {
      await meta.complete([], never);
      await meta[Symbol.asyncDispose]();
      await truncate(path(), 6000);
      const before = await readFile(path());
      meta = await openTestMeta(folder.path);
      expect((await readFile(`${path()}.damaged`)).equals(before)).toBe(true);
      await using cloud = connectTestCloud(meta);
      await cloud.expect(isAckOf(await cloud.send(put())));
    });

    it('does the same for a file that is no database', async () => {
      await meta[Symbol.asyncDispose]();
      await writeFile(path(), 'x'.repeat(4096));
      meta = await openTestMeta(folder.path);
      expect((await stat(path())).mode & 0o777).toBe(0o600);
      expect(await readFile(`${path()}.damaged`, 'utf8')).toBe('x'.repeat(4096));
    });
  });

  describe('that is new while pods run', () => {
    const running = [
      { namespace: 'default', name: 'web', uid: 'u1' },
      { namespace: 'default', name: 'old', uid: 'u2' },
    ];
    const answerAbout = (resource: string | undefined) =>
      resource?.endsWith('/web')
        ? { Object: testPod('web', 'u1'), Err: null }
        : { Object: null, Err: failure(404, 'NotFound') };

    it('asks the cloud about each and calls itself complete only then', async () => {
      const first = takePods(meta, 1);
      const complete = meta.complete(running, never);
      await using cloud = connectTestCloud(meta, ({ resource }) => answerAbout(resource));
      await complete;
      expect(await first).toEqual(['reset u1']);
      await cloud.hangUp();
      await reopen();
      expect(await takePods(meta, 1)).toEqual(['reset u1']);
    });

    it('is complete at once when the runtime holds no pods', async () => {
      await meta.complete([], never);
      expect(await takePods(meta, 1)).toEqual(['reset ']);
    });

    it('keeps asking a cloud that fails, and gives up at its limit', async () => {
      await meta[Symbol.asyncDispose]();
      meta = await openTestMeta(folder.path, { recoveryLimitMs: 1 });
      await using cloud = connectTestCloud(meta, ({ resource }) =>
        resource?.endsWith('/web') ? answerAbout(resource) : failure(500, 'InternalError'),
      );
      await meta.complete(running, never);
      expect(await takePods(meta, 1)).toEqual(['reset u1']);
      expect(cloud.seen.length).toBeGreaterThan(1);
    });
  });
});
