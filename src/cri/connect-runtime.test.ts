import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../lib/index.js';
import {
  ContainerConfig,
  ContainerStatus,
  Image,
  ImageServiceService,
  ImageSpec,
  PodSandboxConfig,
  PodSandboxStatus,
  RuntimeServiceService,
} from '../proto/cri/v1/api.js';
import { connectRuntime } from './connect-runtime.js';
import { socketPath } from './endpoint.js';
import type { Runtime } from './runtime.js';

type Answer = (call: ServerUnaryCall<Record<string, unknown>, unknown>) => unknown;
type Answers = Record<string, Answer>;

const greeting: Answers = {
  version: () => ({ version: '0.1.0', runtimeName: 'test', runtimeVersion: '1', runtimeApiVersion: 'v1' }),
  imageFsInfo: () => ({ imageFilesystems: [], containerFilesystems: [] }),
};

/** An answer that is a failure with this status. */
const failure = (code: status, details: string): Answer => {
  return () => {
    throw Object.assign(new Error(details), { code, details });
  };
};

let folder: string;
let endpoint: string;
const servers: Server[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skerry-cri-'));
  endpoint = `unix://${join(folder, 'cri.sock')}`;
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.forceShutdown();
  await rm(folder, { recursive: true });
});

/** A CRI server with these answers; what it is not given is not implemented. */
async function serve(answers: Answers, version = 'v1', at = endpoint): Promise<void> {
  const server = new Server({ 'grpc.max_send_message_length': -1 });
  for (const definition of [RuntimeServiceService, ImageServiceService] as ServiceDefinition[]) {
    const renamed = Object.fromEntries(
      Object.entries(definition).map(([verb, method]) => [
        verb,
        { ...method, path: method.path.replace('runtime.v1.', `runtime.${version}.`) },
      ]),
    );
    const handlers: UntypedServiceImplementation = {};
    for (const verb of Object.keys(definition)) {
      const answer = answers[verb];
      if (!answer) continue;
      const handle: handleUnaryCall<Record<string, unknown>, unknown> = (call, done) => {
        Promise.resolve(call)
          .then(answer)
          .then((value) => done(null, value), done);
      };
      handlers[verb] = handle;
    }
    server.addService(renamed, handlers);
  }
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(at, ServerCredentials.createInsecure(), (error) => (error ? reject(error) : resolve())),
  );
  servers.push(server);
}

const connect = (options: Partial<Parameters<typeof connectRuntime>[0]> = {}) =>
  connectRuntime({ endpoint, log: silentLog, requestTimeoutMs: 100_000, ...options });

async function connectTo(answers: Answers) {
  await serve({ ...greeting, ...answers });
  return connect();
}

describe('connecting to a CRI server', () => {
  it('takes a bare path, speaks v1 and names localhost as the authority', async () => {
    let host = '';
    const listContainers: Answer = (call) => {
      host = call.getHost();
      return { containers: [] };
    };
    await serve({ ...greeting, listContainers });
    await using runtime = await connect({ endpoint: socketPath(endpoint) });
    expect(await runtime.listContainers()).toEqual([]);
    expect(host).toBe('localhost');
  });

  it('falls back to v1alpha2 where v1 is not implemented', async () => {
    await serve({ ...greeting, listImages: () => ({ images: [] }) }, 'v1alpha2');
    await using runtime = await connect();
    expect((await runtime.version()).runtimeName).toBe('test');
    expect(await runtime.listImages()).toEqual([]);
  });

  it('says that a server speaks no CRI', async () => {
    await serve({});
    await expect(connect()).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('CRI plugin'),
    });
  });

  it('refuses a server that does not tell its name', async () => {
    await serve({ ...greeting, version: () => ({ version: '0.1.0', runtimeName: '' }) });
    await expect(connect()).rejects.toMatchObject({ code: 'internal' });
  });

  it('waits for a server that comes later', async () => {
    const connecting = connect();
    await serve(greeting);
    await using runtime = await connecting;
    expect((await runtime.version()).runtimeVersion).toBe('1');
  });

  it('gives up after the request timeout, naming the endpoint', async () => {
    const refused = connect({ requestTimeoutMs: 250 });
    await expect(refused).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining(endpoint) });
  });

  it('stops waiting when told to', async () => {
    const stop = new AbortController();
    const connecting = connect({ signal: stop.signal });
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(connecting).rejects.toBe(reason);
  });

  it('asks for images at their own endpoint', async () => {
    const imageEndpoint = `unix://${join(folder, 'images.sock')}`;
    await serve(greeting);
    await serve(
      { ...greeting, listImages: () => ({ images: [Image.fromPartial({ id: 'here' })] }) },
      'v1',
      imageEndpoint,
    );
    await using runtime = await connect({ imageEndpoint });
    expect((await runtime.listImages()).map(({ id }) => id)).toEqual(['here']);
  });

  it.each(['tcp://127.0.0.1:1', 'containerd.sock', '', 'unix://relative'])('refuses the endpoint %j', async (text) => {
    await expect(connect({ endpoint: text })).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('a failed call', () => {
  it.each([
    [status.NOT_FOUND, 'not-found'],
    [status.INVALID_ARGUMENT, 'invalid'],
    [status.OUT_OF_RANGE, 'invalid'],
    [status.DEADLINE_EXCEEDED, 'timeout'],
    [status.ALREADY_EXISTS, 'already-exists'],
    [status.PERMISSION_DENIED, 'denied'],
    [status.UNAUTHENTICATED, 'denied'],
    [status.FAILED_PRECONDITION, 'conflict'],
    [status.ABORTED, 'conflict'],
    [status.UNIMPLEMENTED, 'unsupported'],
    [status.UNAVAILABLE, 'unavailable'],
    [status.CANCELLED, 'unavailable'],
    [status.RESOURCE_EXHAUSTED, 'too-large'],
    [status.UNKNOWN, 'internal'],
    [status.INTERNAL, 'internal'],
    [status.DATA_LOSS, 'internal'],
  ])('with status %i has the code %s and keeps its text', async (code, expected) => {
    await using runtime = await connectTo({ pullImage: failure(code, 'RegistryUnavailable: no route') });
    const pulling = runtime.pullImage(ImageSpec.fromPartial({ image: 'x' }));
    await expect(pulling).rejects.toMatchObject({ code: expected, message: 'RegistryUnavailable: no route' });
  });

  it('is none when an object to stop or remove is not there', async () => {
    const gone = failure(status.NOT_FOUND, 'not here');
    const verbs = ['stopPodSandbox', 'removePodSandbox', 'stopContainer', 'removeContainer', 'removeImage'];
    await using runtime = await connectTo(Object.fromEntries(verbs.map((verb) => [verb, gone])));
    await runtime.stopPodSandbox('x');
    await runtime.removePodSandbox('x');
    await runtime.stopContainer('x', 1);
    await runtime.removeContainer('x');
    await runtime.removeImage(ImageSpec.fromPartial({ image: 'x' }));
  });

  it('rejects with the abort reason and is cancelled at the server', async () => {
    let cancelled: Promise<void> | undefined;
    let arrived = () => {};
    const there = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    await using runtime = await connectTo({
      startContainer: (call) => {
        cancelled = new Promise((resolve) => call.once('cancelled', () => resolve()));
        arrived();
        return cancelled;
      },
    });
    const stop = new AbortController();
    const starting = runtime.startContainer('x', { signal: stop.signal });
    await there;
    const reason = new Error('no longer wanted');
    stop.abort(reason);
    await expect(starting).rejects.toBe(reason);
    await cancelled;
  });
});

describe('the deadline of a call', () => {
  const config = PodSandboxConfig.fromPartial({ metadata: { name: 'p' } });
  const calls: [string, (runtime: Runtime) => Promise<unknown>, number][] = [
    ['listContainers', (r) => r.listContainers(), 100],
    ['runPodSandbox', (r) => r.runPodSandbox(config, ''), 200],
    ['stopContainer', (r) => r.stopContainer('x', 29.5), 130],
    ['execSync', (r) => r.execSync('x', ['true'], 5), 105],
    ['execSync', (r) => r.execSync('x', ['true'], 0), Number.POSITIVE_INFINITY],
    ['pullImage', (r) => r.pullImage(ImageSpec.fromPartial({ image: 'x' })), Number.POSITIVE_INFINITY],
    ['listContainers', (r) => r.listContainers(undefined, { deadlineMs: 40_000 }), 40],
  ];
  it.each(calls)('of %s follows its rule', async (verb, make, seconds) => {
    let left = Number.NaN;
    const answers = {
      podSandboxId: 'id',
      imageRef: 'ref',
      containers: [],
      stdout: Buffer.alloc(0),
      stderr: Buffer.alloc(0),
      exitCode: 0,
    };
    await using runtime = await connectTo({
      [verb]: (call) => {
        left = Number(call.getDeadline()) - Date.now();
        return answers;
      },
    });
    await make(runtime);
    if (Number.isFinite(seconds)) expect(Math.abs(left / 1000 - seconds)).toBeLessThan(10);
    else expect(left).toBe(seconds);
  });
});

describe('an answer', () => {
  const metadata = { name: 'n', namespace: 'ns', uid: 'u', attempt: 0 };
  const sandbox = PodSandboxStatus.fromPartial({ id: 'x', metadata, createdAt: 1n });
  const container = ContainerStatus.fromPartial({
    ...{ id: 'x', metadata: { name: 'n' }, createdAt: 1n, image: { image: 'i' }, imageRef: 'r' },
  });
  const empty: [string, unknown, (runtime: Runtime) => Promise<unknown>][] = [
    ['runPodSandbox', { podSandboxId: '' }, (r) => r.runPodSandbox(PodSandboxConfig.fromPartial({}), '')],
    [
      'createContainer',
      { containerId: '' },
      (r) => r.createContainer('s', ContainerConfig.fromPartial({}), PodSandboxConfig.fromPartial({})),
    ],
    ['exec', { url: '' }, (r) => r.exec({ ...stream, command: ['sh'] })],
    ['attach', { url: '' }, (r) => r.attach(stream)],
    ['portForward', { url: '' }, (r) => r.portForward('x', [80])],
    ['pullImage', { imageRef: '' }, (r) => r.pullImage(ImageSpec.fromPartial({}))],
    ['status', { status: { conditions: [] }, info: {}, runtimeHandlers: [] }, (r) => r.status()],
    ['podSandboxStatus', { status: undefined }, (r) => r.podSandboxStatus('x')],
    ['podSandboxStatus', { status: { ...sandbox, createdAt: 0n } }, (r) => r.podSandboxStatus('x')],
    [
      'podSandboxStatus',
      { status: { ...sandbox, metadata: { ...metadata, uid: '' } } },
      (r) => r.podSandboxStatus('x'),
    ],
    ['containerStatus', { status: undefined }, (r) => r.containerStatus('x')],
    ['containerStatus', { status: { ...container, id: '' } }, (r) => r.containerStatus('x')],
    ['containerStatus', { status: { ...container, createdAt: 0n } }, (r) => r.containerStatus('x')],
    ['containerStatus', { status: { ...container, imageRef: '' } }, (r) => r.containerStatus('x')],
    ['imageStatus', { image: Image.fromPartial({ size: 1n }) }, (r) => r.imageStatus(ImageSpec.fromPartial({}))],
    ['imageStatus', { image: Image.fromPartial({ id: 'x' }) }, (r) => r.imageStatus(ImageSpec.fromPartial({}))],
    ['containerStats', { stats: undefined }, (r) => r.containerStats('x')],
  ];
  it.each(empty)('of %s without what it must have is a failure', async (verb, answer, make) => {
    await using runtime = await connectTo({
      [verb]: () => ({ info: {}, containersStatuses: [], timestamp: 0n, ...(answer as object) }),
    });
    const message = expect.stringMatching(/^the runtime /);
    await expect(make(runtime)).rejects.toMatchObject({ code: 'internal', message });
  });

  it('may be as large as 16 MiB and no larger', async () => {
    let size = 15 * 1024 * 1024;
    await using runtime = await connectTo({
      execSync: () => ({ stdout: Buffer.alloc(size), stderr: Buffer.alloc(0), exitCode: 0 }),
    });
    expect((await runtime.execSync('x', ['cat'], 0)).stdout).toHaveLength(size);
    size = 17 * 1024 * 1024;
    await expect(runtime.execSync('x', ['cat'], 0)).rejects.toMatchObject({ code: 'too-large' });
  });

  it('about the cgroup driver may be missing', async () => {
    const answers: unknown[] = [{ linux: { cgroupDriver: 0 } }, { linux: { cgroupDriver: 1 } }, { linux: undefined }];
    await using runtime = await connectTo({ runtimeConfig: () => answers.shift() });
    expect(await runtime.cgroupDriver()).toBe('systemd');
    expect(await runtime.cgroupDriver()).toBe('cgroupfs');
    expect(await runtime.cgroupDriver()).toBeUndefined();
  });

  it('about the cgroup driver may be refused by older runtimes', async () => {
    await using runtime = await connectTo({});
    expect(await runtime.cgroupDriver()).toBeUndefined();
  });
});

const stream = { containerId: 'x', tty: false, stdin: false, stdout: true, stderr: true };
