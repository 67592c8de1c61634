import { open, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../src/kube/index.js';
import {
  createPod,
  deletePod,
  isRunning,
  podKey,
  shellPod,
  untilStopped,
  waitFor,
  waitForPod,
  waitGone,
  waitRunning,
} from './harness/pods.js';
import {
  runningContainers,
  waitForContainers,
  waitForEdge,
  waitForRuntime,
  waitForSandbox,
} from './harness/runtime.js';
import { type Skerry, startSkerry } from './harness/skerry.js';

const readyStatus = (status: string) => (node: { status?: { conditions?: { type: string; status: string }[] } }) =>
  node.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === status) ?? false;

describe('an edge that loses what it depends on', () => {
  let skerry: Skerry;
  beforeAll(async () => {
    skerry = await startSkerry();
  });
  afterAll(() => skerry?.[Symbol.asyncDispose]());

  const startLasting = async (name: string) => {
    await createPod(skerry, shellPod(name, untilStopped));
    const pod = await waitRunning(skerry, name);
    const uid = pod.metadata!.uid!;
    return { uid, containers: await runningContainers(skerry, uid) };
  };

  it('keeps pods running, restarts crashed containers and adopts after its own restart, all without a cloud', async () => {
    const lasting = await startLasting('lasting');
    const crashing = await startLasting('to-crash');
    await skerry.kill('cloudcore');
    expect(await runningContainers(skerry, lasting.uid)).toEqual(lasting.containers);

    await using runtime = await skerry.connectRuntime();
    await runtime.stopContainer(crashing.containers[0]!, 0);
    const restarted = await waitForContainers(
      skerry,
      crashing.uid,
      (ids) => ids.length === 1 && ids[0] !== crashing.containers[0],
    );

    await skerry.kill('edgecore');
    expect(await runningContainers(skerry, lasting.uid)).toEqual(lasting.containers);
    await skerry.resume('edgecore');
    // The edge works again when it restarts what crashes; what ran is the same as before.
    await waitForEdge(skerry);
    await runtime.stopContainer(restarted[0]!, 0);
    await waitForContainers(skerry, crashing.uid, (ids) => ids.length === 1 && ids[0] !== restarted[0]);
    expect(await runningContainers(skerry, lasting.uid)).toEqual(lasting.containers);

    await skerry.resume('cloudcore');
    const pod = await waitForPod(
      skerry,
      'to-crash',
      'two restarts reported',
      ({ status }) => status?.containerStatuses?.[0]?.restartCount === 2 && status.containerStatuses[0].ready,
    );
    const [current] = await runningContainers(skerry, crashing.uid);
    expect(pod.status!.containerStatuses![0]!.containerID).toBe(`containerd://${current}`);
    expect(await runningContainers(skerry, lasting.uid)).toEqual(lasting.containers);
    await waitFor(skerry, resources.nodes, { name: skerry.node }, 'Ready', readyStatus('True'));
    await deletePod(skerry, 'lasting');
    await deletePod(skerry, 'to-crash');
  });

  it('carries out after the outage what was asked for during it', async () => {
    const { uid } = await startLasting('doomed');
    await skerry.kill('cloudcore');
    await skerry.kube.delete(resources.pods, podKey('doomed'));
    await createPod(skerry, shellPod('late', untilStopped));
    await skerry.resume('cloudcore');
    await waitGone(skerry, resources.pods, podKey('doomed'));
    expect(await runningContainers(skerry, uid)).toEqual([]);
    await waitRunning(skerry, 'late');
    await deletePod(skerry, 'late');
  });

  it('finishes a pod start that a crash of edgecore cut in two', async () => {
    const pod = await createPod(skerry, shellPod('cut', untilStopped));
    const uid = pod.metadata!.uid!;
    await waitForSandbox(skerry, uid);
    await skerry.kill('edgecore');
    await skerry.resume('edgecore');
    await waitRunning(skerry, 'cut');
    expect(await runningContainers(skerry, uid)).toHaveLength(1);
    await using runtime = await skerry.connectRuntime();
    const ready = (await runtime.listPodSandboxes()).filter(
      (sandbox) => sandbox.metadata?.uid === uid && sandbox.state === 0,
    );
    expect(ready).toHaveLength(1);
    await deletePod(skerry, 'cut');
  });

  it('recovers from a killed containerd with its containers still running', async () => {
    const lasting = await startLasting('through-containerd');
    await skerry.kill('containerd');
    await skerry.resume('containerd');
    await waitForRuntime(skerry);
    expect(await runningContainers(skerry, lasting.uid)).toEqual(lasting.containers);
    await startLasting('after-containerd');
    const pod = await skerry.kube.get(resources.pods, podKey('through-containerd'));
    expect(isRunning(pod)).toBe(true);
    expect(pod.status?.containerStatuses?.[0]?.restartCount).toBe(0);
    await deletePod(skerry, 'through-containerd');
    await deletePod(skerry, 'after-containerd');
  });

  it('survives a database that was cut short', async () => {
    const lasting = await startLasting('through-damage');
    await skerry.kill('edgecore');
    await damage(join(skerry.state, 'edgecore', 'edgecore.db'));
    await skerry.resume('edgecore');
    await waitForEdge(skerry);
    await startLasting('after-damage');
    expect(await runningContainers(skerry, lasting.uid)).toEqual(lasting.containers);
    await deletePod(skerry, 'through-damage');
    await deletePod(skerry, 'after-damage');
  });
});

/** Half of the file, the other half lost, and no write-ahead log to repair it from. */
async function damage(path: string): Promise<void> {
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  await file.write(Buffer.alloc(512, 0x5a), 0, 512, Math.floor(size / 4));
  await file.close();
  await truncate(path, Math.floor(size / 2) + 100);
  for (const suffix of ['-wal', '-shm']) {
    await truncate(`${path}${suffix}`, 0).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}
