import { closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { EdgeError } from '../../lib/index.js';

export type { Database } from 'better-sqlite3';

const schemaVersion = 1;

// One append-only table for everything: a row's id is the revision of the whole store (facts kubernetes-api §17).
// UNIQUE(name, prev_revision) is the optimistic lock: of two writers on one predecessor the second fails.
const schema = `
  CREATE TABLE log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    deleted INTEGER NOT NULL,
    prev_revision INTEGER NOT NULL,
    written_at INTEGER NOT NULL,
    value TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX log_lock ON log (name, prev_revision);
  CREATE INDEX log_state ON log (name, id, deleted);
  CREATE INDEX log_time ON log (written_at);
  CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
  INSERT INTO meta VALUES ('compacted', 0);
`;

/**
 * Opens the writing connection, making the file and its tables when absent.
 * Throws `invalid` for a damaged file and `unsupported` for one a newer version wrote.
 */
export function openDatabase(path: string): Database.Database {
  // Secrets are in it: nobody else may read it or the files SQLite puts beside it.
  closeSync(openSync(path, 'a', 0o600));
  const db = new Database(path, { timeout: 30_000 });
  try {
    db.pragma('journal_mode = WAL');
    // A write is acknowledged only when it is on the disk; group commit pays for it.
    db.pragma('synchronous = FULL');
    db.pragma('journal_size_limit = 16777216');
    checkIntact(db, path);
    migrate(db, path);
    return db;
  } catch (error) {
    db.close();
    throw isDamage(error) ? new EdgeError('invalid', `database ${path} is damaged`, { cause: error }) : error;
  }
}

/** A second connection that sees committed rows only. */
export function openReader(path: string): Database.Database {
  return new Database(path, { readonly: true, timeout: 30_000 });
}

function checkIntact(db: Database.Database, path: string): void {
  const verdict = db.pragma('quick_check(1)', { simple: true });
  if (verdict !== 'ok') throw new EdgeError('invalid', `database ${path} is damaged: ${String(verdict)}`);
}

function migrate(db: Database.Database, path: string): void {
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version > schemaVersion) {
    throw new EdgeError(
      'unsupported',
      `database ${path} has schema version ${version}, this program knows up to ${schemaVersion}: use the newer program`,
    );
  }
  if (version === schemaVersion) return;
  db.transaction(() => {
    db.exec(schema);
    db.pragma(`user_version = ${schemaVersion}`);
  })();
}

/** True for SQLite faults that mean the file itself is broken, not the call. */
export function isDamage(error: unknown): boolean {
  const code = error instanceof Database.SqliteError ? error.code : '';
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code === 'SQLITE_IOERR_SHORT_READ';
}

/** True when the optimistic lock refused a row. */
export function isLockLost(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code === 'SQLITE_CONSTRAINT_UNIQUE';
}
