import { copyFile, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { type Loop, pause } from '../../lib/index.js';

const limitBytes = 16 * 1024 * 1024;
const intervalMs = 30_000;

/**
 * Keeps the logs of the parts bounded: a file above the limit is copied to `<file>.1` and emptied.
 * The parts append, so they go on at the new end and need not be told.
 */
export function createLogBounds(folder: string): Loop {
  return async (signal) => {
    while (!signal.aborted) {
      await boundLogs(folder, limitBytes);
      await pause(intervalMs, signal);
    }
  };
}

export async function boundLogs(folder: string, limit: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (!name.endsWith('.log') || (await stat(path)).size <= limit) continue;
    await copyFile(path, `${path}.1`);
    await truncate(path, 0);
  }
}
