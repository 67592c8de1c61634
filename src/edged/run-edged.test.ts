import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFakeRuntime } from '../cri/index.js';
import { EdgeError } from '../lib/index.js';
import { longRunning, startBench, testPod } from './testing/bench.js';

describe('edged', () => {
  it('runs a pod, tells its status and ends it without a trace', async () => {
    const runtime = createFakeRuntime({ images: ['hello:v1'] });
    await using edged = await startBench({ runtime, pods: [testPod('a')] });
    await edged.until(() => edged.statuses.get('a')?.phase === 'Running');
    const status = edged.statuses.get('a');
    expect(status?.containerStatuses).toMatchObject([{ name: 'main', ready: true, restartCount: 0 }]);
    expect(status?.podIP).toBeTruthy();
    expect(status?.hostIP).toBe('192.0.2.7');
    await edged.until(() => edged.events.length >= 3);
    expect(edged.events.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['Pulled', 'Created', 'Started']));

    edged.remove('a');
    await edged.until(() => edged.gone.includes('a'));
    expect(await runtime.listPodSandboxes()).toEqual([]);
    expect(await runtime.listContainers()).toEqual([]);
    expect(edged.statuses.get('a')?.phase).toMatch(/Failed|Succeeded/);
  });

  it('registers a node that is ready, and tells when the runtime is not', async () => {
    const runtime = createFakeRuntime();
    await using edged = await startBench({ runtime });
    const node = await edged.until(() => edged.nodes[0]);
    expect(node.metadata?.labels).toMatchObject({ zone: 'a', 'node-role.kubernetes.io/edge': '' });
    const ready = () => edged.nodes.at(-1)?.status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready()?.status).toBe('True');
    expect(node.status?.daemonEndpoints?.kubeletEndpoint?.Port).toBe(edged.port);
    runtime.setReady({ runtime: false });
    await edged.until(() => ready()?.status === 'False');
    expect(ready()).toMatchObject({ reason: 'KubeletNotReady', message: expect.stringContaining('RuntimeReady') });
    runtime.setReady({ runtime: true });
    await edged.until(() => ready()?.status === 'True');
  });

  it('restarts a container that ended, at once the first time, and tells the wait before the second', async () => {
    const runtime = createFakeRuntime({ images: ['hello:v1'] });
    await using edged = await startBench({ runtime, pods: [testPod('a')] });
    const current = () => edged.statuses.get('a')?.containerStatuses?.[0];
    await edged.until(() => current()?.state?.running);
    const crash = () => runtime.exit(current()?.containerID?.replace('fake://', '') ?? '', 3);
    crash();
    await edged.until(() => current()?.restartCount === 1 && current()?.state?.running);
    expect(current()?.lastState?.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    crash();
    await edged.until(() => current()?.state?.waiting);
    expect(current()?.state?.waiting).toEqual({
      reason: 'CrashLoopBackOff',
      message: 'back-off 10s restarting failed container=main pod=pod-a_default(a)',
    });
    expect(edged.statuses.get('a')?.phase).toBe('Running');
    expect(edged.events.some(({ reason, type }) => reason === 'BackOff' && type === 'Warning')).toBe(true);
  });

  it('ends a pod that may not restart with the phase its containers earned', async () => {
    const runtime = createFakeRuntime({ images: ['hello:v1'] });
    const pods = [testPod('ok', { restartPolicy: 'Never' }), testPod('bad', { restartPolicy: 'Never' })];
    await using edged = await startBench({ runtime, pods });
    for (const [uid, code] of [
      ['ok', 0],
      ['bad', 7],
    ] as const) {
      await edged.until(() => edged.statuses.get(uid)?.phase === 'Running');
      runtime.exit(edged.statuses.get(uid)?.containerStatuses?.[0]?.containerID?.replace('fake://', '') ?? '', code);
    }
    await edged.until(
      () => edged.statuses.get('ok')?.phase === 'Succeeded' && edged.statuses.get('bad')?.phase === 'Failed',
    );
    const sandboxes = await runtime.listPodSandboxes();
    await edged.until(async () => (await runtime.listPodSandboxes()).every(({ state }) => state === 1));
    expect(sandboxes).toHaveLength(2);
  });

  it('adopts what runs after its own restart and starts nothing again', async () => {
    const runtime = createFakeRuntime({ images: ['hello:v1'] });
    const pods = [testPod('a'), testPod('b')];
    const first = await startBench({ runtime, pods });
    await first.until(() => pods.every(({ metadata }) => first.statuses.get(metadata?.uid ?? '')?.phase === 'Running'));
    await first.stop();
    const before = runtime.calls.length;
    await using second = await startBench({ runtime, pods, folder: first.folder });
    await second.until(() =>
      pods.every(({ metadata }) => second.statuses.get(metadata?.uid ?? '')?.phase === 'Running'),
    );
    const verbs = runtime.calls.slice(before).map(({ verb }) => verb);
    expect(verbs.filter((verb) => /^(run|create|start|stop|remove)/.test(verb))).toEqual([]);
  });

  it('ends its own orphans and leaves the sandboxes of others alone', async () => {
    const runtime = createFakeRuntime({ images: ['hello:v1'] });
    const first = await startBench({ runtime, pods: [testPod('mine')] });
    await first.until(() => first.statuses.get('mine')?.phase === 'Running');
    await first.stop();
    const other = await startBench({ runtime, pods: [testPod('other')], config: { nodeName: 'other-node' } });
    await other.until(() => other.statuses.get('other')?.phase === 'Running');
    await other.stop();
    await using second = await startBench({ runtime, folder: first.folder });
    await second.until(async () => (await runtime.listPodSandboxes()).length === 1);
    expect((await runtime.listPodSandboxes()).map(({ metadata }) => metadata?.uid)).toEqual(['other']);
    expect(second.gone).toEqual([]);
    await other[Symbol.asyncDispose]();
  });

  it('tells of an image that is not there and starts the pod when it is', async () => {
    const runtime = createFakeRuntime();
    await using edged = await startBench({ runtime, pods: [testPod('a')] });
    const waiting = () => edged.statuses.get('a')?.containerStatuses?.[0]?.state?.waiting;
    await edged.until(() => waiting()?.reason === 'ErrImagePull');
    await edged.until(() => waiting()?.reason === 'ImagePullBackOff');
    expect(edged.statuses.get('a')?.phase).toBe('Pending');
    expect(edged.events.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['Pulling', 'Failed', 'BackOff']));
    runtime.addImage('hello:v1');
    await edged.until(() => edged.statuses.get('a')?.phase === 'Running');
    // The back-off of a failed pull is ten seconds.
  }, 30_000);

  it('waits for a configMap that is missing, by name, and goes on when it appears', async () => {
    const runtime = createFakeRuntime({ images: ['hello:v1'] });
    const container = {
      name: 'main',
      image: 'hello:v1',
      command: longRunning,
      envFrom: [{ configMapRef: { name: 'settings' } }],
    };
    await using edged = await startBench({ runtime, pods: [testPod('a', { containers: [container] })] });
    const waiting = () => edged.statuses.get('a')?.containerStatuses?.[0]?.state?.waiting;
    await edged.until(() => waiting()?.reason === 'CreateContainerConfigError');
    expect(waiting()?.message).toBe('configmap "settings" not found');
    edged.setConfigMap('settings', { COLOUR: 'blue' });
    await edged.until(() => edged.statuses.get('a')?.phase === 'Running');
  });

  it('goes on after a runtime that died in the middle of a start', async () => {
    const runtime = createFakeRuntime({ images: ['hello:v1'] });
    runtime.failNext('startContainer', new EdgeError('unavailable', 'connection lost'));
    await using edged = await startBench({ runtime, pods: [testPod('a')] });
    await edged.until(
      () => edged.statuses.get('a')?.containerStatuses?.[0]?.state?.waiting?.reason === 'RunContainerError',
    );
    runtime.gap();
    await edged.until(() => edged.statuses.get('a')?.phase === 'Running');
    expect((await runtime.listPodSandboxes()).length).toBe(1);
  });

  it('refuses by name what it cannot do yet', async () => {
    const runtime = createFakeRuntime({ images: ['hello:v1'] });
    const container = { name: 'main', image: 'hello:v1', livenessProbe: { tcpSocket: { port: 80 } } };
    await using edged = await startBench({ runtime, pods: [testPod('a', { containers: [container] })] });
    const waiting = () => edged.statuses.get('a')?.containerStatuses?.[0]?.state?.waiting;
    await edged.until(() => waiting()?.message?.includes('livenessProbe of container main'));
    expect(await runtime.listPodSandboxes()).toEqual([]);
  });

  it('answers the kubelet API, and refuses by name what it does not have', async () => {
    const runtime = createFakeRuntime({ images: ['hello:v1'], writeLogs: true });
    const main = { name: 'main', image: 'hello:v1', command: ['sh', '-c', 'echo hi; sleep 3600'] };
    await using edged = await startBench({ runtime, pods: [testPod('a', { containers: [main] })] });
    await edged.until(() => edged.statuses.get('a')?.phase === 'Running');
    const get = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${edged.port}${path}`);
      return { status: answer.status, text: await answer.text() };
    };
    expect(await get('/healthz')).toEqual({ status: 200, text: 'ok' });
    expect(JSON.parse((await get('/pods')).text)).toMatchObject({
      kind: 'PodList',
      items: [{ status: { phase: 'Running' } }],
    });
    expect(await get('/containerLogs/default/pod-a/main')).toEqual({ status: 200, text: 'hi\n' });
    expect(await get('/containerLogs/default/pod-a/main?tailLines=x')).toMatchObject({ status: 400 });
    expect(await get('/containerLogs/default/pod-a/main?previous=true')).toEqual({
      status: 400,
      text: 'previous terminated container "main" in pod "pod-a" not found\n',
    });
    expect(await get('/containerLogs/default/pod-a/none')).toMatchObject({ status: 404 });
    expect(await get('/containerLogs/default/none/main')).toMatchObject({ status: 404 });
    expect(await get('/containerLogs/%zz/none/main')).toMatchObject({ status: 400 });
    expect(await get('/exec/default/pod-a/main')).toEqual({
      status: 501,
      text: 'exec is not supported by this edged yet\n',
    });
    expect(await get('/nothing')).toMatchObject({ status: 404 });
  });

  it('does not follow a log path out of the log folder', async () => {
    const runtime = createFakeRuntime({ images: ['hello:v1'], writeLogs: true });
    await using edged = await startBench({ runtime, pods: [testPod('a')] });
    await edged.until(() => edged.statuses.get('a')?.phase === 'Running');
    const log = join(edged.folder, 'logs/default_pod-a_a/main/0.log');
    await rm(log, { force: true });
    await symlink('/etc/passwd', log);
    const answer = await fetch(`http://127.0.0.1:${edged.port}/containerLogs/default/pod-a/main`);
    expect(answer.status).toBe(403);
  });

  it('runs init containers to their end, one after the other, before the others', async () => {
    const runtime = createFakeRuntime({ images: ['hello:v1'] });
    const init = (name: string) => ({ name, image: 'hello:v1', command: ['sleep', '100'] });
    await using edged = await startBench({
      runtime,
      pods: [testPod('a', { initContainers: [init('one'), init('two')] })],
    });
    const inits = () => edged.statuses.get('a')?.initContainerStatuses ?? [];
    for (const index of [0, 1]) {
      await edged.until(() => inits()[index]?.state?.running);
      expect(edged.statuses.get('a')?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('PodInitializing');
      expect(edged.statuses.get('a')?.phase).toBe('Pending');
      runtime.exit(inits()[index]?.containerID?.replace('fake://', '') ?? '', 0);
    }
    await edged.until(() => edged.statuses.get('a')?.phase === 'Running');
    expect(inits().map(({ ready }) => ready)).toEqual([true, true]);
  });

  it('shortens a grace that is under way', async () => {
    const runtime = createFakeRuntime({ images: ['hello:v1'] });
    await using edged = await startBench({ runtime, pods: [testPod('a')] });
    await edged.until(() => edged.statuses.get('a')?.phase === 'Running');
    const release = runtime.hold('stopContainer');
    edged.remove('a', 300);
    const graces = () => runtime.calls.filter(({ verb }) => verb === 'stopContainer').map(({ args }) => args[1]);
    await edged.until(() => graces().length === 1);
    edged.remove('a', 5);
    await edged.until(() => graces().length === 2);
    release();
    await edged.until(() => edged.gone.includes('a'));
    expect(graces()).toEqual([300, 5]);
  });
});
