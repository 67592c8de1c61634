import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PodStatus } from '../../kube/index.js';
import type { Message } from '../../wire/index.js';
import type { Meta } from './meta.js';
import { connectTestCloud, failure, isAckOf, openTestMeta, temporaryFolder, testPod } from './test-cloud.js';

const identity = (uid: string) => ({ namespace: 'default', name: `pod-${uid}`, uid });
const status = (message: string): PodStatus => ({ phase: 'Running', message });
const bodyOf = (message: Message) =>
  JSON.parse(String(message.content)) as { metadata: { uid: string }; status: PodStatus };
const isPatch = (message: Message) => message.operation === 'patch';
const settled = async (meta: Meta) => {
  while (meta.unsent > 0) await new Promise((resolve) => setImmediate(resolve));
};

describe('the outbox', { timeout: 30_000 }, () => {
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
  /** A cloud that knows every pod, applies each patch to it and answers with the result. */
  const applyingCloud = (seen: string[] = []) =>
    connectTestCloud(meta, (message) => {
      if (message.operation === 'delete') {
        seen.push(`delete ${message.resource}`);
        return 'OK';
      }
      if (!isPatch(message)) return undefined;
      const { metadata, status: wanted } = bodyOf(message);
      seen.push(`${metadata.uid} ${wanted.message}`);
      const pod = testPod(`pod-${metadata.uid}`, metadata.uid, String(seen.length + 1));
      return { Object: { ...pod, status: wanted }, Err: null };
    });

  it('keeps reports over a restart while the cloud is away and sends the newest of each pod', async () => {
    await meta.status.podStatus(identity('a'), status('old'));
    await meta.status.podStatus(identity('b'), status('only'));
    await meta.status.podStatus(identity('a'), status('new'));
    await reopen();
    const seen: string[] = [];
    await using _cloud = applyingCloud(seen);
    await settled(meta);
    expect(seen.sort()).toEqual(['a new', 'b only']);
  });

  it('deletes a pod after its last status, with its UID as the precondition', async () => {
    const seen: string[] = [];
    await meta.status.podStatus(identity('a'), status('done'));
    await meta.status.podGone(identity('a'));
    await using cloud = applyingCloud(seen);
    await settled(meta);
    expect(seen).toEqual(['a done', 'delete default/pod/pod-a']);
    const sent = await cloud.expect(({ operation }) => operation === 'delete');
    expect(sent.content).toMatchObject({ gracePeriodSeconds: 0, preconditions: { uid: 'a' } });
  });

  it.each([
    ['the pod is gone', failure(404, 'NotFound')],
    ['the status is invalid', failure(422, 'Invalid')],
  ])('drops a report when %s', async (_, content) => {
    await meta.status.podStatus(identity('a'), status('x'));
    await using cloud = connectTestCloud(meta, () => ({ Object: null, Err: content }));
    await settled(meta);
    expect(cloud.seen.filter(isPatch)).toHaveLength(1);
  });

  it('keeps a report the cloud fails to write, and sends it again', async () => {
    let failures = 0;
    await meta.status.podStatus(identity('a'), status('x'));
    await using cloud = connectTestCloud(meta, () => {
      failures += 1;
      return failures === 1
        ? { Object: null, Err: failure(500, 'InternalError') }
        : { Object: testPod('pod-a', 'a'), Err: null };
    });
    await settled(meta);
    expect(cloud.seen.filter(isPatch).map((message) => bodyOf(message).status.message)).toEqual(['x', 'x']);
  });

  it('sends only what differs from what the cloud has, and everything when an answer was lost', async () => {
    const pod = { ...testPod('pod-a', 'a'), status: { phase: 'Running', message: 'x', qosClass: 'BestEffort' } };
    const mute = connectTestCloud(meta);
    await mute.expect(isAckOf(await mute.send({ operation: 'insert', resource: 'default/pod/pod-a', content: pod })));
    await meta.status.podStatus(identity('a'), { phase: 'Running', reason: 'y' });
    const patch = await mute.expect(isPatch);
    expect(bodyOf(patch).status).toEqual({ message: null, reason: 'y' });
    await mute.hangUp();
    await using cloud = applyingCloud();
    expect(bodyOf(await cloud.expect(isPatch)).status).toEqual({ phase: 'Running', reason: 'y' });
    await settled(meta);
    await meta.status.podStatus(identity('a'), { phase: 'Running', reason: 'y' });
    await settled(meta);
    expect(cloud.seen.filter(isPatch)).toHaveLength(1);
  });

  it('forgets what waits about a pod the cloud says is gone', async () => {
    await using cloud = connectTestCloud(meta);
    const pod = testPod('pod-a', 'a');
    await cloud.expect(isAckOf(await cloud.send({ operation: 'insert', resource: 'default/pod/pod-a', content: pod })));
    await meta.status.podStatus(identity('a'), status('x'));
    await cloud.send({ operation: 'delete', resource: 'default/pod/pod-a', content: pod });
    await settled(meta);
  });

  it('sends events once each, the oldest dropped when too many wait', async () => {
    const count = 1010;
    const event = (name: string) => ({ metadata: { name, namespace: 'default' }, involvedObject: {}, reason: 'Test' });
    await Promise.all(Array.from({ length: count }, (_, index) => meta.status.event(event(`e${index}`))));
    await using cloud = connectTestCloud(meta);
    await settled(meta);
    const names = cloud.seen.map(({ resource }) => resource);
    expect(names).toEqual(Array.from({ length: 1000 }, (_, index) => `default/event/e${index + 10}`));
    expect(cloud.seen[0]).toMatchObject({ operation: 'insert', content: { kind: 'Event', reason: 'Test' } });
  });

  it('loses nothing and lets nothing stale win, however often the link breaks and edgecore restarts', async () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ kind: fc.constant('report' as const), pod: fc.constantFrom('a', 'b', 'c') }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('connect' as const), answers: fc.nat(4) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('breathe' as const) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        await using own = await temporaryFolder();
        let store = await openTestMeta(own.path);
        let cloud: ReturnType<typeof connectTestCloud> | undefined;
        let count = 0;
        let version = 0;
        const reported = new Map<string, number>();
        const applied = new Map<string, number[]>();
        // Applies every patch, but after `answers` of them the answers are lost.
        const connect = (answers: number) => {
          let left = answers;
          return connectTestCloud(store, (message) => {
            if (!isPatch(message)) return undefined;
            const { metadata, status: wanted } = bodyOf(message);
            const known = applied.get(metadata.uid) ?? [];
            applied.set(metadata.uid, [...known, Number(wanted.message ?? known.at(-1))]);
            version += 1;
            left -= 1;
            const pod = testPod(`pod-${metadata.uid}`, metadata.uid, String(version));
            return left < 0 ? undefined : { Object: { ...pod, status: wanted }, Err: null };
          });
        };
        for (const next of steps) {
          if (next.kind === 'report') {
            count += 1;
            reported.set(next.pod, count);
            await store.status.podStatus(identity(next.pod), status(String(count)));
          } else if (next.kind === 'connect') {
            await cloud?.hangUp();
            cloud = connect(next.answers);
          } else if (next.kind === 'restart') {
            await cloud?.hangUp();
            cloud = undefined;
            await store[Symbol.asyncDispose]();
            store = await openTestMeta(own.path);
          } else {
            for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
          }
        }
        await cloud?.hangUp();
        cloud = connect(Number.POSITIVE_INFINITY);
        await settled(store);
        await cloud.hangUp();
        await store[Symbol.asyncDispose]();
        for (const [pod, newest] of reported) {
          const order = applied.get(pod) ?? [];
          expect(order.at(-1)).toBe(newest);
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
