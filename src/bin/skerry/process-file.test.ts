import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdProcessFile, readProcessFile, writeProcessFile } from './process-file.js';
import { identityOf, isAlive } from './process-identity.js';

describe('a file that names a process', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skerry-process-'));
    path = join(folder, 'some.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('names a running one', async () => {
    await writeProcessFile(path, process.pid);
    expect((await readProcessFile(path))?.pid).toBe(process.pid);
  });

  it('names nobody when it is absent, damaged, of another boot, or of an earlier owner of the pid', async () => {
    expect(await readProcessFile(path)).toBeUndefined();
    await writeFile(path, '{"pid":');
    expect(await readProcessFile(path)).toBeUndefined();
    const own = (await identityOf(process.pid))!;
    await writeFile(path, JSON.stringify({ ...own, startedAt: '1' }));
    expect(await readProcessFile(path)).toBeUndefined();
    await writeFile(path, JSON.stringify({ ...own, boot: 'another' }));
    expect(await readProcessFile(path)).toBeUndefined();
  });

  it('has one holder at a time and leaves nothing behind', async () => {
    {
      await using _held = await holdProcessFile(path);
      await expect(holdProcessFile(path)).rejects.toMatchObject({ code: 'already-exists' });
    }
    {
      await using _again = await holdProcessFile(path);
    }
    expect(await readdir(folder)).toEqual([]);
  });

  it('is taken over from a holder that is gone', async () => {
    const own = (await identityOf(process.pid))!;
    await writeFile(path, JSON.stringify({ ...own, startedAt: '1' }));
    await using _held = await holdProcessFile(path);
    expect(await isAlive((await readProcessFile(path))!)).toBe(true);
  });
});
