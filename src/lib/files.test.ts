import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomic } from './atomic-file.js';
import { readBounded } from './bounded-read.js';

describe('writeFileAtomic', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skerry-lib-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('replaces the content and sets the mode', async () => {
    const path = join(folder, 'key.pem');
    await writeFile(path, 'old', { mode: 0o644 });
    await writeFileAtomic(path, 'new', 0o600);
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('leaves the old content and no temporary file when it fails', async () => {
    await expect(writeFileAtomic(join(folder, 'absent', 'key.pem'), 'new')).rejects.toThrow('ENOENT');
    await writeFile(join(folder, 'plain'), 'old');
    await expect(writeFileAtomic(join(folder, 'plain', 'x'), 'new')).rejects.toThrow('ENOTDIR');
    expect(await readdir(folder)).toEqual(['plain']);
  });
});

describe('readBounded', () => {
  it('reads up to the limit and refuses one byte more', async () => {
    const chunks = () => Readable.from([Buffer.from('abc'), Buffer.from('de')]);
    expect((await readBounded(chunks(), 5, 'the body')).toString()).toBe('abcde');
    await expect(readBounded(chunks(), 4, 'the body')).rejects.toThrow('the body is larger than 4 bytes');
  });
});
