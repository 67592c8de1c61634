import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../src/kube/index.js';
import {
  createPod,
  deletePod,
  logsOf,
  podKey,
  shellPod,
  untilStopped,
  waitForEvent,
  waitForPod,
  waitRunning,
} from './harness/pods.js';
import { runningContainers } from './harness/runtime.js';
import { type Skerry, startSkerry } from './harness/skerry.js';

describe('one machine, from nothing to a pod', () => {
  let skerry: Skerry;
  beforeAll(async () => {
    skerry = await startSkerry();
  });
  afterAll(() => skerry?.[Symbol.asyncDispose]());

  it('ends its start with a table of what runs and commands that work', async () => {
    expect(skerry.output).toMatch(/control plane +Ready +https:\/\/127\.0\.0\.1:\d+/);
    expect(skerry.output).toMatch(/node edge-e2e +Ready/);
    expect(skerry.output).toMatch(/runtime +Ready +containerd:\/\//);
    expect(skerry.output).toMatch(/pod hello +Running +10\.\d+\.\d+\.\d+/);
    const commands = skerry.output
      .split('Try next:\n')[1]!
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
    // One shell, as a user would paste them; any that fails ends it.
    const pasted = await execa('/bin/sh', ['-e'], { input: commands.join('\n'), all: true });
    expect(pasted.all).toContain('edge-e2e');
    expect(pasted.all).toContain('hello from hello on edge-e2e');
    expect(pasted.all).toContain('pod "hello" deleted');
  });

  it('shows the node with its runtime, version and address', async () => {
    const wide = await skerry.kubectl('get', 'nodes', '-o', 'wide');
    expect(wide).toMatch(/edge-e2e +Ready +agent,edge/);
    expect(wide).toMatch(/containerd:\/\/\d/);
  });

  it('runs an applied pod, gives it an address and shows its output', async () => {
    await createPod(skerry, shellPod('first', `echo started on $(hostname); ${untilStopped}`));
    const pod = await waitRunning(skerry, 'first');
    expect(pod.spec?.nodeName).toBe('edge-e2e');
    expect(pod.status?.containerStatuses?.[0]?.containerID).toMatch(/^containerd:\/\/[0-9a-f]{64}$/);
    expect(await logsOf(skerry, 'first')).toBe('started on first');
    expect(await runningContainers(skerry, pod.metadata!.uid!)).toHaveLength(1);
  });

  it('tells in describe what happened to the pod', async () => {
    await waitForEvent(skerry, 'first', ({ reason }) => reason === 'Started');
    const text = await skerry.kubectl('describe', 'pod', 'first');
    for (const reason of ['Scheduled', 'Created', 'Started']) expect(text).toContain(reason);
  });

  it('removes everything of a deleted pod from the node', async () => {
    const { metadata } = await skerry.kube.get(resources.pods, podKey('first'));
    await deletePod(skerry, 'first');
    await using runtime = await skerry.connectRuntime();
    const left = (await runtime.listPodSandboxes()).filter((sandbox) => sandbox.metadata?.uid === metadata!.uid);
    expect(left).toEqual([]);
  });

  it('finishes a pod that ends', async () => {
    await createPod(skerry, shellPod('once', 'echo done', { restartPolicy: 'Never' }));
    const pod = await waitForPod(skerry, 'once', 'Succeeded', ({ status }) => status?.phase === 'Succeeded');
    expect(pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(0);
    expect(await logsOf(skerry, 'once')).toBe('done');
    await deletePod(skerry, 'once');
  });

  it('goes on with its state after a stop', async () => {
    await createPod(skerry, shellPod('lasting', untilStopped));
    await waitRunning(skerry, 'lasting');
    await skerry.skerry('down', '--state', skerry.state);
    const { stdout } = await skerry.up();
    expect(stdout).toContain('going on with the state');
    await waitRunning(skerry, 'lasting');
    await deletePod(skerry, 'lasting');
  });
});
