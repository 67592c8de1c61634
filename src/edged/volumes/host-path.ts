import type { Stats } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EdgeError } from '../../lib/index.js';

const checks: Record<string, { what: string; is: (info: Stats) => boolean }> = {
  Directory: { what: 'directory', is: (info) => info.isDirectory() },
  DirectoryOrCreate: { what: 'directory', is: (info) => info.isDirectory() },
  File: { what: 'file', is: (info) => info.isFile() },
  FileOrCreate: { what: 'file', is: (info) => info.isFile() },
  Socket: { what: 'socket file', is: (info) => info.isSocket() },
  CharDevice: { what: 'character device', is: (info) => info.isCharacterDevice() },
  BlockDevice: { what: 'block device', is: (info) => info.isBlockDevice() },
};

/** Makes and checks the path of a hostPath volume (facts kubelet-on-cri §6). Throws `invalid` when it is not of its type. */
export async function checkHostPath(path: string, type = ''): Promise<void> {
  if (type === '') return;
  const check = checks[type];
  if (!check)
    throw new EdgeError(
      'invalid',
      `hostPath type ${JSON.stringify(type)} is not one of ${Object.keys(checks).join(', ')}`,
    );
  if (type === 'DirectoryOrCreate') await ignoreExisting(mkdir(path, { recursive: true, mode: 0o755 }));
  if (type === 'FileOrCreate') {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await ignoreExisting(open(path, 'wx', 0o644).then((file) => file.close()));
  }
  const info = await stat(path).catch(() => undefined);
  if (!info || !check.is(info)) {
    throw new EdgeError('invalid', `hostPath type check failed: ${path} is not a ${check.what}`);
  }
}

/** What exists already is judged by the check that follows. */
async function ignoreExisting(making: Promise<unknown>): Promise<void> {
  try {
    await making;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
