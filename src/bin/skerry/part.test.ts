import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pause, silentLog } from '../../lib/index.js';
import { type PartSpec, startPart } from './part.js';
import { readProcessFile } from './process-file.js';
import { isAlive, signalProcess, waitForExit } from './process-identity.js';

describe('a supervised part', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skerry-part-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const spec = (script: string): PartSpec => ({
    name: 'sample',
    command: process.execPath,
    args: ['-e', script],
    graceMs: 5_000,
    logFile: join(folder, 'sample.log'),
    processFile: join(folder, 'sample.json'),
    holdFile: join(folder, 'sample.held'),
  });
  const staysUp = 'console.log("up"); setInterval(() => {}, 1000)';
  const running = async (differentFrom?: number) => {
    for (let attempt = 0; attempt < 400; attempt += 1) {
      const found = await readProcessFile(join(folder, 'sample.json'));
      if (found && found.pid !== differentFrom) return found;
      await pause(25);
    }
    throw new Error('the part does not run');
  };

  it('runs in a process that its file names, and stops', async () => {
    const part = startPart(spec(staysUp), silentLog);
    const identity = await running();
    await part.stop();
    expect(await isAlive(identity)).toBe(false);
    expect(await readProcessFile(join(folder, 'sample.json'))).toBeUndefined();
  });

  it('is started again when it ends by itself', async () => {
    const part = startPart(spec(staysUp), silentLog);
    part.markReady();
    const first = await running();
    await signalProcess(first, 'SIGKILL');
    const second = await running(first.pid);
    expect(second.pid).not.toBe(first.pid);
    await part.stop();
  });

  it('fails when it ends before it was ready', async () => {
    const part = startPart(spec('console.error("no such thing"); process.exit(4)'), silentLog);
    await expect(part.failed).rejects.toThrow(/sample ended before it was ready \(exit code 4\)/);
    expect(await readFile(join(folder, 'sample.log'), 'utf8')).toContain('no such thing');
    await part.stop();
  });

  it('fails when its program does not exist', async () => {
    const part = startPart({ ...spec(''), command: join(folder, 'absent') }, silentLog);
    await expect(part.failed).rejects.toThrow(/ENOENT/);
    await part.stop();
  });

  it('stays down while it is held and returns when it is not', async () => {
    const part = startPart(spec(staysUp), silentLog);
    part.markReady();
    const first = await running();
    await writeFile(join(folder, 'sample.held'), '');
    await signalProcess(first, 'SIGKILL');
    await waitForExit(first, 5_000);
    await pause(1_500);
    expect(await readProcessFile(join(folder, 'sample.json'))).toBeUndefined();
    await rm(join(folder, 'sample.held'));
    expect((await running(first.pid)).pid).not.toBe(first.pid);
    await part.stop();
  });

  it('can be stopped while it is held', async () => {
    const part = startPart(spec(staysUp), silentLog);
    part.markReady();
    const first = await running();
    await writeFile(join(folder, 'sample.held'), '');
    await signalProcess(first, 'SIGKILL');
    await waitForExit(first, 5_000);
    await part.stop();
    expect(await readProcessFile(join(folder, 'sample.json'))).toBeUndefined();
  });
});
