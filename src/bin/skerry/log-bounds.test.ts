import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boundLogs } from './log-bounds.js';

describe('the logs of the parts', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skerry-logs-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const text = (name: string) => readFile(join(folder, name), 'utf8');

  it('are left alone up to the limit', async () => {
    await writeFile(join(folder, 'small.log'), 'x'.repeat(100));
    await boundLogs(folder, 100);
    expect(await text('small.log')).toHaveLength(100);
  });

  it('are moved aside above it, while their writer goes on', async () => {
    const writer = await open(join(folder, 'big.log'), 'a');
    await writer.write('before\n'.repeat(20));
    await boundLogs(folder, 100);
    await writer.write('after\n');
    await writer.close();
    expect(await text('big.log')).toBe('after\n');
    expect(await text('big.log.1')).toBe('before\n'.repeat(20));
  });

  it('keep one old file, never more', async () => {
    for (const line of ['one', 'two', 'three']) {
      await writeFile(join(folder, 'big.log'), line.repeat(100), { flag: 'a' });
      await boundLogs(folder, 100);
    }
    expect(await text('big.log.1')).toBe('three'.repeat(100));
    expect(await text('big.log')).toBe('');
  });
});
