import { describe, expect, it } from 'vitest';
import { createFakeRuntime } from '../../cri/index.js';
import {
  ContainerCreate,
  ContainerDelete,
  Envelope,
  TaskDelete,
  TaskStart,
} from '../../proto/containerd/events/v1/events.js';
import { ContainerConfig, PodSandboxConfig } from '../../proto/cri/v1/api.js';
import { capabilityIn } from './capabilities.js';
import { runtimeEventOf, topics } from './event-topics.js';
import { untilExitShows } from './exit-shows.js';

const envelope = (topic: string, value: Uint8Array) =>
  Envelope.fromPartial({ topic, event: { typeUrl: 'x', value: Buffer.from(value) } });

describe("an event of containerd's", () => {
  it.each([
    ['/containers/create', ContainerCreate.encode({ id: 'c', image: 'i' }).finish(), 'created'],
    ['/containers/delete', ContainerDelete.encode({ id: 'c' }).finish(), 'deleted'],
    ['/tasks/start', TaskStart.encode({ containerId: 'c', pid: 7 }).finish(), 'started'],
    ['/tasks/delete', TaskDelete.encode(TaskDelete.fromPartial({ containerId: 'c' })).finish(), 'exited'],
    ['/tasks/delete', TaskDelete.encode(TaskDelete.fromPartial({ containerId: 'c', id: 'c' })).finish(), 'exited'],
  ])('on %s is told', (topic, bytes, kind) => {
    expect(topics).toContain(topic);
    expect(runtimeEventOf(envelope(topic, bytes))).toEqual({ kind, id: 'c' });
  });

  it('about an exec, or on another topic, means nothing', () => {
    const exec = TaskDelete.encode(TaskDelete.fromPartial({ containerId: 'c', id: 'exec-1' })).finish();
    expect(runtimeEventOf(envelope('/tasks/delete', exec))).toBeUndefined();
    expect(runtimeEventOf(envelope('/images/create', exec))).toBeUndefined();
  });
});

describe('waiting until an exit shows', () => {
  it('ends once the list says so, and at once for what is not there', async () => {
    const runtime = createFakeRuntime({ images: ['i'] });
    const config = PodSandboxConfig.fromPartial({ metadata: { name: 'p', namespace: 'n', uid: 'u' } });
    const sandbox = await runtime.runPodSandbox(config, '');
    const container = ContainerConfig.fromPartial({
      metadata: { name: 'c' },
      image: { image: 'i' },
      command: ['sleep', '9'],
    });
    const id = await runtime.createContainer(sandbox, container, config);
    await runtime.startContainer(id);
    let shown = false;
    const waiting = untilExitShows(runtime, id, AbortSignal.timeout(60_000)).then(() => {
      shown = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(shown).toBe(false);
    runtime.exit(id, 0);
    await waiting;
    await untilExitShows(runtime, 'nobody', AbortSignal.timeout(60_000));
  });
});

describe('reading the kernel', () => {
  it('finds a capability in the effective set', () => {
    const status = 'CapPrm:\t000001ffffffffff\nCapEff:\t000001fffeffffff\n';
    expect(capabilityIn(status, 'sys_resource')).toBe(false);
    expect(capabilityIn(status, 'sys_admin')).toBe(true);
    expect(() => capabilityIn('', 'sys_admin')).toThrow('capabilities');
  });
});
