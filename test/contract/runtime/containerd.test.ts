import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type ContainerdRuntime, openContainerd } from '../../../src/backends/containerd/index.js';
import { silentLog } from '../../../src/lib/index.js';
import { ownContainerd, testImage } from './own-containerd.js';
import { runtimeContract } from './runtime-contract.js';

let own: Awaited<ReturnType<typeof ownContainerd>>;
let runtime: ContainerdRuntime;

beforeAll(async () => {
  own = await ownContainerd();
  runtime = await openContainerd({ endpoint: own.daemon.socket, log: silentLog });
});
afterAll(async () => {
  await runtime[Symbol.asyncDispose]();
  await own.daemon.purge({ bridges: [own.bridge] });
});

runtimeContract('containerd', () => ({ runtime, image: testImage, logs: join(own.folder, 'logs') }));
