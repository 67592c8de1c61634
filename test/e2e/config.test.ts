import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../src/kube/index.js';
import {
  createPod,
  deletePod,
  helloImage,
  logsOf,
  shellPod,
  untilStopped,
  waitForEvent,
  waitForPod,
  waitRunning,
} from './harness/pods.js';
import { type Skerry, startSkerry } from './harness/skerry.js';

describe('what a pod is given', () => {
  let skerry: Skerry;
  beforeAll(async () => {
    skerry = await startSkerry();
    const metadata = (name: string) => ({ name, namespace: 'default' });
    await skerry.kube.create(resources.configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata('settings'),
      data: { colour: 'blue', 'app.conf': 'x=1' },
    });
    await skerry.kube.create(resources.secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: metadata('login'),
      data: { password: Buffer.from('pear').toString('base64') },
    });
  });
  afterAll(() => skerry?.[Symbol.asyncDispose]());

  it('takes environment from everywhere it may come from', async () => {
    const pod = shellPod('env', `env | sort; ${untilStopped}`);
    Object.assign(pod.metadata!, { labels: { app: 'env' } });
    Object.assign(pod.spec!.containers[0]!, {
      resources: { limits: { memory: '64Mi', cpu: '500m' } },
      envFrom: [{ prefix: 'ALL_', configMapRef: { name: 'settings' } }],
      env: [
        { name: 'LITERAL', value: 'plain' },
        { name: 'EXPANDED', value: '$(LITERAL) and $$(LITERAL)' },
        { name: 'FROM_CONFIG', valueFrom: { configMapKeyRef: { name: 'settings', key: 'colour' } } },
        { name: 'FROM_SECRET', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } },
        { name: 'ABSENT', valueFrom: { configMapKeyRef: { name: 'nowhere', key: 'x', optional: true } } },
        { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'POD_LABEL', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
        { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
        { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
        { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
      ],
    });
    await createPod(skerry, pod);
    const running = await waitRunning(skerry, 'env');
    const lines = (await logsOf(skerry, 'env')).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'ALL_colour=blue',
        'LITERAL=plain',
        'EXPANDED=plain and $(LITERAL)',
        'FROM_CONFIG=blue',
        'FROM_SECRET=pear',
        'POD_NAME=env',
        'POD_LABEL=env',
        `POD_IP=${running.status!.podIP}`,
        'NODE=edge-e2e',
        'MEMORY=64',
      ]),
    );
    expect(lines.filter((line) => line.startsWith('ABSENT'))).toEqual([]);
    await deletePod(skerry, 'env');
  });

  it('mounts every kind of volume', async () => {
    const host = join(skerry.state, 'shared');
    const script = [
      'cat /config/app.conf; echo',
      'cat /secret/password; echo',
      'cat /down/name; echo',
      'cat /all/colour /all/secrets/pw; echo',
      'touch /scratch/mine && echo scratch ok',
      'echo written > /host/file',
      'touch /config/new 2>/dev/null || echo config is read-only',
      'stat -L -c %a /secret/password',
      untilStopped,
    ].join('; ');
    const pod = shellPod('volumes', script, {
      volumes: [
        { name: 'config', configMap: { name: 'settings' } },
        { name: 'secret', secret: { secretName: 'login', defaultMode: 0o400 } },
        { name: 'down', downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
        {
          name: 'all',
          projected: {
            sources: [
              { configMap: { name: 'settings', items: [{ key: 'colour', path: 'colour' }] } },
              { secret: { name: 'login', items: [{ key: 'password', path: 'secrets/pw' }] } },
            ],
          },
        },
        { name: 'scratch', emptyDir: {} },
        { name: 'host', hostPath: { path: host, type: 'DirectoryOrCreate' } },
      ],
      containers: [
        {
          name: 'main',
          image: helloImage,
          imagePullPolicy: 'IfNotPresent',
          command: ['/bin/sh', '-c', script],
          volumeMounts: [
            { name: 'config', mountPath: '/config' },
            { name: 'secret', mountPath: '/secret' },
            { name: 'down', mountPath: '/down' },
            { name: 'all', mountPath: '/all' },
            { name: 'scratch', mountPath: '/scratch' },
            { name: 'host', mountPath: '/host' },
          ],
        },
      ],
    });
    await createPod(skerry, pod);
    await waitRunning(skerry, 'volumes');
    await waitForLog(skerry, 'volumes', '400');
    expect((await logsOf(skerry, 'volumes')).split('\n')).toEqual([
      'x=1',
      'pear',
      'volumes',
      'bluepear',
      'scratch ok',
      'config is read-only',
      '400',
    ]);
    expect((await stat(join(host, 'file'))).isFile()).toBe(true);
    await deletePod(skerry, 'volumes');
    // A hostPath belongs to the host: it survives the pod.
    expect((await stat(join(host, 'file'))).isFile()).toBe(true);
  });

  it('restarts by policy and backs off between crashes', async () => {
    await createPod(skerry, shellPod('crashing', 'exit 3'));
    const crashed = await waitForPod(
      skerry,
      'crashing',
      'CrashLoopBackOff',
      ({ status }) =>
        status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff' &&
        (status.containerStatuses[0].restartCount ?? 0) >= 1,
    );
    expect(crashed.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(3);
    expect(crashed.status?.containerStatuses?.[0]?.state?.waiting?.message).toMatch(
      /back-off \d+s restarting failed container=main/,
    );
    await waitForEvent(skerry, 'crashing', ({ reason }) => reason === 'BackOff');
    await deletePod(skerry, 'crashing');
  });

  it('restarts a failed container under OnFailure until it succeeds', async () => {
    const script = '[ -e /scratch/second ] && exit 0; touch /scratch/second; exit 1';
    const pod = shellPod('second-try', script, {
      restartPolicy: 'OnFailure',
      volumes: [{ name: 'scratch', emptyDir: {} }],
    });
    Object.assign(pod.spec!.containers[0]!, { volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] });
    await createPod(skerry, pod);
    const done = await waitForPod(skerry, 'second-try', 'Succeeded', ({ status }) => status?.phase === 'Succeeded');
    expect(done.status?.containerStatuses?.[0]?.restartCount).toBe(1);
    await deletePod(skerry, 'second-try');
  });

  it('fails a pod that must not be restarted', async () => {
    await createPod(skerry, shellPod('failing', 'exit 7', { restartPolicy: 'Never' }));
    const failed = await waitForPod(skerry, 'failing', 'Failed', ({ status }) => status?.phase === 'Failed');
    expect(failed.status?.containerStatuses?.[0]).toMatchObject({
      restartCount: 0,
      state: { terminated: { exitCode: 7 } },
    });
    await deletePod(skerry, 'failing');
  });
});

/** Follows the log until a line appears; kubectl ends when the deadline does. */
async function waitForLog(skerry: Skerry, pod: string, line: string): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  while (!(await logsOf(skerry, pod)).split('\n').includes(line)) signal.throwIfAborted();
}
