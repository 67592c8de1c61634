import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Payload, writePayload } from './atomic-writer.js';
import { checkHostPath } from './host-path.js';
import { createMounter, type Mounter, mountPoints } from './mounter.js';
import { bindSubPath } from './sub-path.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skerry-volumes-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const payload = (files: Record<string, string>): Payload =>
  new Map(Object.entries(files).map(([path, text]) => [path, { data: Buffer.from(text), mode: 0o640 }]));

describe('the files of a volume', () => {
  it('switch from old to new in one step, and old names go', async () => {
    await writePayload(folder, payload({ a: '1', 'sub/b': '2' }), new Date(0));
    expect(await readFile(join(folder, 'sub/b'), 'utf8')).toBe('2');
    expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o640);
    const before = await readlink(join(folder, '..data'));
    await writePayload(folder, payload({ a: '1', 'sub/b': '2' }), new Date(5000));
    expect(await readlink(join(folder, '..data'))).toBe(before);
    await writePayload(folder, payload({ a: '3' }), new Date(9000));
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('3');
    expect((await readdir(folder)).sort()).toEqual(['..data', await readlink(join(folder, '..data')), 'a'].sort());
  });

  it.each(['../x', '/etc/passwd', 'a/../../x', '..hidden', 'a//b', ''])('may not be named %j', async (path) => {
    await expect(writePayload(folder, payload({ [path]: 'x' }), new Date())).rejects.toMatchObject({ code: 'invalid' });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a sub-path', () => {
  const bound: string[] = [];
  const mounter: Mounter = {
    tmpfs: async () => undefined,
    // What an open file leads to is what the container would get.
    bind: async (source) => void bound.push(await readlink(source)),
    unmount: async () => undefined,
    below: async () => [],
  };
  const bind = (subPath: string) => bindSubPath(mounter, join(folder, 'volume'), subPath, join(folder, 'target'));
  beforeEach(async () => {
    bound.length = 0;
    await mkdir(join(folder, 'volume/inner'), { recursive: true });
    await mkdir(join(folder, 'outside'));
  });

  it('follows links inside of the volume and makes what is missing', async () => {
    await symlink('inner', join(folder, 'volume/link'));
    await bind('link/new/deep');
    expect(bound).toEqual([join(folder, 'volume/inner/new/deep')]);
  });

  it('binds a file to a file', async () => {
    await writeFile(join(folder, 'volume/inner/file'), 'x');
    await bind('inner/file');
    expect((await stat(join(folder, 'target'))).isFile()).toBe(true);
  });

  it.each(['../outside', '/etc', 'inner/../../outside'])('refuses %j', async (subPath) => {
    await expect(bind(subPath)).rejects.toMatchObject({ code: 'invalid' });
  });

  it('refuses links that lead out of the volume, also on the way', async () => {
    await symlink(join(folder, 'outside'), join(folder, 'volume/out'));
    await expect(bind('out')).rejects.toThrow('leads out of its volume');
    await expect(bind('out/new')).rejects.toThrow('leads out of its volume');
    expect(await readdir(join(folder, 'outside'))).toEqual([]);
    expect(bound).toEqual([]);
  });
});

describe('a host path', () => {
  it('is made when its type says so, and checked', async () => {
    await checkHostPath(join(folder, 'd/e'), 'DirectoryOrCreate');
    await checkHostPath(join(folder, 'd/f'), 'FileOrCreate');
    await checkHostPath(join(folder, 'd/f'), 'File');
    await checkHostPath('/dev/null', 'CharDevice');
    await expect(checkHostPath(join(folder, 'd/f'), 'Directory')).rejects.toThrow(
      /hostPath type check failed: .* is not a directory/,
    );
    await expect(checkHostPath(join(folder, 'none'), 'Socket')).rejects.toThrow('is not a socket file');
    await expect(checkHostPath(folder, 'Folder')).rejects.toMatchObject({ code: 'invalid' });
  });
});

it('mount points with blanks are read as they are', () => {
  expect(mountPoints('22 1 0:5 / /a\\040b rw shared:1 - tmpfs tmpfs rw\n')).toEqual(['/a b']);
});

it('a mount that fails tells what umount(8) said', async () => {
  await expect(createMounter().unmount(join(folder, 'no mount'))).rejects.toThrow(
    /umount .*\/no mount: umount: .*no mount: (no mount point|not mounted|not found)/,
  );
});
