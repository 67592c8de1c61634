import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openContainerd } from '../../../src/backends/containerd/index.js';
import { buildBusyboxImage, startContainerd } from '../../../src/backends/containerd-daemon/index.js';
import { silentLog } from '../../../src/lib/index.js';
import { ContainerState, ImageSpec } from '../../../src/proto/cri/v1/api.js';
import { ownContainerd, pauseImage, testImage } from './own-containerd.js';
import { testPod, untilStopped } from './test-pod.js';
import { leftOf } from './traces.js';

let own: Awaited<ReturnType<typeof ownContainerd>>;
const connect = () => openContainerd({ endpoint: own.daemon.socket, log: silentLog });
const opened = (runtime: Awaited<ReturnType<typeof connect>>) => ({
  runtime,
  image: testImage,
  logs: join(own.folder, 'logs'),
});

beforeAll(async () => {
  own = await ownContainerd();
});
afterAll(() => own.daemon.purge({ bridges: [own.bridge] }));

describe('a containerd of our own', () => {
  it('has nothing to complain about when it is set up right', async () => {
    await using runtime = await connect();
    expect(await runtime.preflight(AbortSignal.timeout(10_000))).toEqual([]);
    expect(await runtime.cgroupDriver()).toBe('cgroupfs');
    expect(await runtime.sandboxImage()).toBe(pauseImage);
  });

  it('is told to have lost its sandbox image when that is gone', async () => {
    await using runtime = await connect();
    const image = ImageSpec.fromPartial({ image: pauseImage });
    await runtime.removeImage(image);
    const findings = await runtime.preflight(AbortSignal.timeout(10_000));
    expect(findings).toMatchObject([{ severity: 'warning', what: expect.stringContaining(pauseImage) }]);
    await own.restoreImages();
    expect(await runtime.imageStatus(image)).toBeDefined();
  });

  it('runs the pods that ask for a second OCI runtime with that', async () => {
    await using runtime = await connect();
    await using pod = await testPod(opened(runtime), {}, 'other');
    const id = await pod.start(untilStopped);
    expect((await runtime.podSandboxStatus(pod.id)).runtimeHandler).toBe('other');
    const trace = await readFile(own.otherTrace, 'utf8');
    for (const one of [pod.id, id]) expect(trace).toMatch(new RegExp(`start ${one}`));
  });

  it('keeps containers over its restart, and listeners hear of a gap', async () => {
    await using runtime = await connect();
    const pod = await testPod(opened(runtime));
    const id = await pod.start(untilStopped);
    const before = await runtime.containerStatus(id);
    const stop = new AbortController();
    const events = runtime.events(stop.signal)[Symbol.asyncIterator]();
    expect((await events.next()).value).toEqual({ kind: 'gap' });

    await own.daemon.stop();
    own.daemon = await own.start();
    expect((await events.next()).value).toEqual({ kind: 'gap' });
    expect(await runtime.containerStatus(id)).toMatchObject({
      state: ContainerState.CONTAINER_RUNNING,
      startedAt: before.startedAt,
    });
    await runtime.stopContainer(id, 10);
    expect((await events.next()).value).toEqual({ kind: 'exited', id });
    stop.abort();
    while (!(await events.next()).done);
    await pod[Symbol.asyncDispose]();
  });

  it('ends the daemon that a crash left in its folder', async () => {
    const { daemon } = own;
    own.daemon = await own.start();
    await daemon.ended;
    expect(own.daemon.pid).not.toBe(daemon.pid);
  });

  it('says why it did not come up', async () => {
    const folder = join(own.folder, 'second');
    await mkdir(folder);
    await writeFile(join(folder, 'root'), 'a file where a folder must be');
    const broken = startContainerd({
      folder,
      cniConfDir: folder,
      cniBinDir: folder,
      sandboxImage: pauseImage,
      log: silentLog,
    });
    await expect(broken).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/root.*not a directory/),
    });
  });

  it('leaves nothing behind after a purge, not even with a pod running', async () => {
    const other = await ownContainerd();
    await using runtime = await openContainerd({ endpoint: other.daemon.socket, log: silentLog });
    const pod = await testPod({ runtime, image: testImage, logs: join(other.folder, 'logs') });
    await pod.start(untilStopped);
    expect(await leftOf(other)).not.toEqual([]);
    await other.daemon.purge({ bridges: [other.bridge] });
    expect(await leftOf(other)).toEqual([]);
  });

  it('leaves nothing behind after a purge that follows a crash of the daemon', async () => {
    const other = await ownContainerd();
    const runtime = await openContainerd({ endpoint: other.daemon.socket, log: silentLog });
    const pod = await testPod({ runtime, image: testImage, logs: join(other.folder, 'logs') });
    await pod.start(untilStopped);
    await runtime[Symbol.asyncDispose]();
    process.kill(other.daemon.pid, 'SIGKILL');
    await other.daemon.ended;
    await other.daemon.purge({ bridges: [other.bridge] });
    expect(await leftOf(other)).toEqual([]);
  });
});

describe('a busybox image', () => {
  it('is the same, byte by byte, whenever it is built', async () => {
    const image = { name: 'skerry.local/same:1', cmd: ['/bin/sh'], env: { A: 'b' } };
    const [one, two] = await Promise.all([buildBusyboxImage(image), buildBusyboxImage(image)]);
    expect(one.equals(two)).toBe(true);
  });
});
