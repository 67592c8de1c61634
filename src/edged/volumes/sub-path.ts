import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, realpath, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { EdgeError } from '../../lib/index.js';
import type { Mounter } from './mounter.js';

// Not in node:fs constants: opens a path without access to its content.
const O_PATH = 0o10000000;

/**
 * Binds a path inside a volume to `target`, so that no link can lead the runtime out of the volume
 * (facts kubelet-on-cri §4.3): the path is resolved, checked, then opened part by part without
 * following links, and the open file is what is bound. A missing folder is made.
 * Throws `invalid` when the path leaves the volume.
 */
export async function bindSubPath(mounter: Mounter, volume: string, subPath: string, target: string): Promise<void> {
  if (isAbsolute(subPath) || subPath.split('/').includes('..')) {
    throw new EdgeError('invalid', `subPath ${JSON.stringify(subPath)} must be relative and without ".."`);
  }
  const root = await realpath(volume);
  const inside = await resolveInside(root, subPath);
  await using source = await openInside(root, inside);
  const isFolder = (await source.stat()).isDirectory();
  // A restarted container gets the path as it is now.
  for (const point of await mounter.below(target)) await mounter.unmount(point);
  await mkdir(isFolder ? target : dirname(target), { recursive: true, mode: 0o750 });
  if (!isFolder) await writeFile(target, '', { flag: 'a', mode: 0o640 });
  await mounter.bind(`/proc/${process.pid}/fd/${source.fd}`, target);
}

/** The real path below `root`, its missing tail included. */
async function resolveInside(root: string, subPath: string): Promise<string[]> {
  const parts = subPath.split('/').filter((part) => part !== '' && part !== '.');
  for (let known = parts.length; known >= 0; known -= 1) {
    const real = await realpath(join(root, ...parts.slice(0, known))).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT' && known > 0) return undefined;
      throw error;
    });
    if (real === undefined) continue;
    const inside = relative(root, real);
    if (inside === '..' || inside.startsWith('../') || isAbsolute(inside)) {
      throw new EdgeError('invalid', `subPath ${JSON.stringify(subPath)} leads out of its volume`);
    }
    return [...inside.split('/').filter((part) => part !== ''), ...parts.slice(known)];
  }
  return parts;
}

async function openInside(root: string, parts: readonly string[]): Promise<FileHandle> {
  let current = await open(root, O_PATH | constants.O_NOFOLLOW | constants.O_DIRECTORY);
  for (const part of parts) {
    const path = `/proc/self/fd/${current.fd}/${part}`;
    const parent = current;
    try {
      const next = await open(path, O_PATH | constants.O_NOFOLLOW).catch(async (error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
        await mkdir(path, { mode: 0o750 });
        return open(path, O_PATH | constants.O_NOFOLLOW | constants.O_DIRECTORY);
      });
      current = next;
      if ((await next.stat()).isSymbolicLink()) {
        await next.close();
        throw new EdgeError('conflict', `${part} became a link while it was opened`);
      }
    } finally {
      await parent.close();
    }
  }
  return current;
}
