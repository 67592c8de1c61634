import { randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EdgeError } from '../../lib/index.js';

export interface PayloadFile {
  readonly data: Uint8Array;
  readonly mode: number;
  /** Owner, when it is not root. */
  readonly uid?: number;
}

/** Relative path to content. */
export type Payload = ReadonlyMap<string, PayloadFile>;

/**
 * Writes a volume's files so that readers see all of the old or all of the new ones (facts
 * kubelet-on-cri §6): the payload goes to a fresh folder, `..data` is switched to it by rename, and
 * each visible name is a link through `..data`. Unchanged payloads write nothing.
 * @param gid group of everything written, for the pod's fsGroup
 */
export async function writePayload(folder: string, payload: Payload, now: Date, gid?: number): Promise<void> {
  for (const path of payload.keys()) checkPath(path);
  const current = await readlink(join(folder, '..data')).catch(absent);
  if (current !== undefined && (await holds(join(folder, current), payload))) {
    await linkNames(folder, payload);
    return;
  }
  const fresh = `..${stamp(now)}.${randomBytes(5).toString('hex')}`;
  await mkdir(join(folder, fresh), { mode: 0o755 });
  try {
    for (const [path, file] of payload) await writeOne(join(folder, fresh), path, file, gid);
    if (gid !== undefined) await chown(join(folder, fresh), -1, gid);
    await rm(join(folder, '..data_tmp'), { force: true });
    await symlink(fresh, join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  } catch (error) {
    await rm(join(folder, fresh), { recursive: true, force: true });
    throw error;
  }
  await linkNames(folder, payload);
  await sweep(folder, fresh);
}

async function writeOne(root: string, path: string, file: PayloadFile, gid: number | undefined): Promise<void> {
  const target = join(root, path);
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  await writeFile(target, file.data, { flag: 'wx', mode: 0o600 });
  if (gid !== undefined || file.uid !== undefined) await chown(target, file.uid ?? -1, gid ?? -1);
  await chmod(target, gid === undefined ? file.mode : file.mode | 0o040);
}

async function holds(folder: string, payload: Payload): Promise<boolean> {
  const found = (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])).filter((entry) =>
    entry.isFile(),
  );
  if (found.length !== payload.size) return false;
  for (const [path, { data }] of payload) {
    const present = await readFile(join(folder, path)).catch(absent);
    if (present === undefined || !present.equals(data)) return false;
  }
  return true;
}

/** One link per first path segment; names that are gone lose theirs. */
async function linkNames(folder: string, payload: Payload): Promise<void> {
  const wanted = new Set([...payload.keys()].map((path) => path.split('/')[0] as string));
  for (const name of await readdir(folder)) {
    if (name.startsWith('..')) continue;
    if (wanted.has(name)) wanted.delete(name);
    else await rm(join(folder, name), { recursive: true });
  }
  for (const name of wanted) await symlink(join('..data', name), join(folder, name));
}

async function sweep(folder: string, fresh: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!/^\.\.\d{4}_/.test(name) || name === fresh) continue;
    if ((await stat(join(folder, name))).isDirectory()) await rm(join(folder, name), { recursive: true, force: true });
  }
}

function checkPath(path: string): void {
  const parts = path.split('/');
  const bad =
    path === '' ||
    path.startsWith('/') ||
    path.length > 4096 ||
    parts.some((part) => part === '..' || part === '' || part.length > 255);
  if (bad || path.startsWith('..')) {
    throw new EdgeError(
      'invalid',
      `volume path ${JSON.stringify(path)} must be relative, without "..", and not start with ".."`,
    );
  }
}

const stamp = (at: Date) => at.toISOString().slice(0, 19).replace(/[-:T]/g, '_');

function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
