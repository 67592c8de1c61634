import { link, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EdgeError, writeFileAtomic } from '../../lib/index.js';
import { identityOf, isAlive, type ProcessIdentity, processIdentity } from './process-identity.js';

/** Notes which process runs a part. */
export async function writeProcessFile(path: string, pid: number): Promise<void> {
  const identity = await identityOf(pid);
  if (identity) await writeFileAtomic(path, `${JSON.stringify(identity)}\n`, 0o600);
}

/** The process a file names, if it is still running. A damaged or old file names nobody. */
export async function readProcessFile(path: string): Promise<ProcessIdentity | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const parsed = processIdentity.safeParse(parseJson(text));
  return parsed.success && (await isAlive(parsed.data)) ? parsed.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Makes this process the holder of `path`, or throws `already-exists` naming the one that is. The file
 * appears complete (hard link of a written one), so nobody ever reads half an identity.
 */
export async function holdProcessFile(path: string): Promise<AsyncDisposable> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const own = `${path}.${process.pid}`;
  await writeFile(own, `${JSON.stringify(await identityOf(process.pid))}\n`, { mode: 0o600 });
  try {
    for (;;) {
      try {
        await link(own, path);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = await readProcessFile(path);
      if (holder) {
        throw new EdgeError('already-exists', `skerry is already running here as process ${holder.pid}.`);
      }
      await rm(path, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

/** Opens a part's log for appending. */
export async function openLogFile(path: string) {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  return open(path, 'a', 0o600);
}
