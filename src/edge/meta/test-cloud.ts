import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod } from '../../kube/index.js';
import { EdgeError, silentLog } from '../../lib/index.js';
import { createMessage, type Link, linkPair, type Message, type MessageFields, replyTo } from '../../wire/index.js';
import { type Meta, type MetaOptions, openMeta } from './meta.js';

export const testNode = 'edge-1';

/** A database folder that is removed at scope end. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'skerry-edge-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export function openTestMeta(folder: string, options: Partial<MetaOptions> = {}): Promise<Meta> {
  return openMeta({
    path: join(folder, 'edgecore.db'),
    node: testNode,
    queryTimeoutMs: 5000,
    reportEvents: true,
    log: silentLog,
    ...options,
  });
}

/** The cloud's end of a link in memory, with what a test wants of it. */
export interface TestCloud extends AsyncDisposable {
  readonly link: Link;
  /** Everything the edge sent, in order. */
  readonly seen: Message[];
  send(fields: MessageFields): Promise<Message>;
  /** Waits for the first message that matches, seen or to come. */
  expect(matches: (message: Message) => boolean): Promise<Message>;
  hangUp(): Promise<void>;
}

/** Connects `meta` to a cloud that answers with what `answer` returns; undefined leaves the message unanswered. */
export function connectTestCloud(meta: Meta, answer: (message: Message) => unknown = () => undefined): TestCloud {
  const [link, edge] = linkPair(testNode);
  const stop = new AbortController();
  const seen: Message[] = [];
  const waiting = new Set<() => void>();
  const barrier = async () => {
    if (stop.signal.aborted) throw new EdgeError('unavailable', 'closed');
    await new Promise((resolve) => setImmediate(resolve));
  };
  const served = meta.serve({ link: edge, barrier }, stop.signal);
  const reading = (async () => {
    for await (const message of link.receive()) {
      seen.push(message);
      for (const check of [...waiting]) check();
      const content = message.parentId ? undefined : answer(message);
      if (content === undefined) continue;
      await link.send(replyTo(message, { source: 'edgecontroller', group: 'resource', content })).catch(() => {});
    }
  })();
  const hangUp = async () => {
    link.close('the cloud hangs up');
    stop.abort(new Error('test ends'));
    await Promise.all([served, reading]);
  };
  return {
    link,
    seen,
    hangUp,
    async send(fields) {
      const message = createMessage({ source: 'edgecontroller', group: 'resource', ...fields });
      await link.send(message);
      return message;
    },
    expect: (matches) =>
      new Promise((resolve) => {
        const check = () => {
          const found = seen.find(matches);
          if (!found) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      }),
    [Symbol.asyncDispose]: hangUp,
  };
}

export const isAckOf = (sent: Message) => (message: Message) =>
  message.parentId === sent.id && message.operation === 'response' && message.content === 'OK';

export const isErrorFor = (sent: Message) => (message: Message) =>
  message.parentId === sent.id && message.operation === 'error';

export function testPod(name: string, uid: string, version = '1', more: Partial<Pod> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid, resourceVersion: version },
    spec: { nodeName: testNode, containers: [{ name: 'main', image: 'hello' }] },
    status: { phase: 'Pending' },
    ...more,
  };
}

/** The Kubernetes failure a cloud answers with. */
export const failure = (code: number, reason: string) => ({
  ErrStatus: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, reason, message: reason },
});

/** The first `count` changes of the pod source. */
export async function takePods(meta: Meta, count: number): Promise<string[]> {
  const stop = new AbortController();
  const changes: string[] = [];
  for await (const change of meta.pods.pods(stop.signal)) {
    changes.push(
      change.kind === 'reset'
        ? `reset ${change.items.map((pod) => pod.metadata?.uid).join(',')}`
        : `${change.kind} ${change.item.metadata?.uid}@${change.item.metadata?.resourceVersion}`,
    );
    if (changes.length >= count) stop.abort();
  }
  return changes;
}
