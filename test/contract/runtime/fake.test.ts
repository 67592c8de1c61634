import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { createFakeRuntime } from '../../../src/cri/index.js';
import { runtimeContract } from './runtime-contract.js';

const image = 'skerry.local/busybox:1';
const runtime = createFakeRuntime({ images: [image], writeLogs: true });
let logs = '';

beforeAll(async () => {
  logs = await mkdtemp(join(tmpdir(), 'skerry-fake-'));
});
afterAll(() => rm(logs, { recursive: true }));

runtimeContract('the fake', () => ({ runtime, image, logs }));
