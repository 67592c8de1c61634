import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { hasCode, type Log } from '../../lib/index.js';
import { type Database, openDatabase } from './database.js';

/** Where the newest intact copy of a database is kept. */
export const copyPath = (path: string) => `${path}.copy`;

const sideFiles = ['', '-wal', '-shm'];

/**
 * Opens the database; a damaged one is moved aside as `<path>.damaged-<time>` and replaced by the newest intact
 * copy or, without one, by an empty database. Revisions then go on from the clock in milliseconds, above anything
 * the lost file can have given out, and everything older counts as compacted: clients relist.
 */
export function openOrRecover(path: string, { log, now }: { log: Log; now: () => Date }): Database {
  try {
    return openDatabase(path);
  } catch (error) {
    if (!hasCode(error, 'invalid')) throw error;
    const aside = `${path}.damaged-${now().toISOString().replaceAll(':', '')}`;
    for (const suffix of sideFiles) {
      if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
    }
    const restored = restoreCopy(path, log);
    const db = restored ?? openDatabase(path);
    raiseRevision(db, now().getTime());
    log.error(
      { err: error, aside },
      `the cluster database was damaged: it was moved to ${aside} and ${
        restored ? 'its newest intact copy is used instead' : 'an empty one was begun'
      }`,
    );
    return db;
  }
}

function restoreCopy(path: string, log: Log): Database | undefined {
  if (!existsSync(copyPath(path))) return undefined;
  try {
    copyFileSync(copyPath(path), path);
    return openDatabase(path);
  } catch (error) {
    log.error({ err: error }, 'the copy of the cluster database cannot be used either');
    for (const suffix of sideFiles) rmSync(path + suffix, { force: true });
    return undefined;
  }
}

function raiseRevision(db: Database, revision: number): void {
  db.transaction(() => {
    db.prepare("DELETE FROM sqlite_sequence WHERE name = 'log' AND seq < ?").run(revision);
    db.prepare(
      `INSERT INTO sqlite_sequence (name, seq)
       SELECT 'log', ? WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'log')`,
    ).run(revision);
    db.prepare(
      "UPDATE meta SET value = (SELECT seq FROM sqlite_sequence WHERE name = 'log') WHERE key = 'compacted'",
    ).run();
  })();
}

/** Writes a consistent copy beside the database; readers and writers go on meanwhile. */
export async function keepCopy(db: Database, path: string): Promise<void> {
  const fresh = `${copyPath(path)}.new`;
  rmSync(fresh, { force: true });
  await db.backup(fresh);
  renameSync(fresh, copyPath(path));
}
