import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { EdgeError, type Log, messageOf } from '../../lib/index.js';

export type Db = Database.Database;

/** KubeEdge's tables and columns (facts cloudhub-wire §6.1), then our own. */
const schema = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, type TEXT, value TEXT);
CREATE INDEX IF NOT EXISTS skerry_meta_type ON meta (type);
CREATE TABLE IF NOT EXISTS meta_v2 (
  key TEXT PRIMARY KEY, group_version_resource TEXT, namespace TEXT, name TEXT, resource_version INTEGER, value TEXT);
CREATE TABLE IF NOT EXISTS skerry_state (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS skerry_outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, slot TEXT NOT NULL UNIQUE, lane TEXT NOT NULL, kind TEXT NOT NULL,
  version INTEGER NOT NULL, content TEXT NOT NULL);
`;

const metaV2Columns = ['key', 'group_version_resource', 'namespace', 'name', 'resource_version', 'value'];
const siblings = ['', '-wal', '-shm'];

/**
 * Opens the edge database, made when absent, readable by its owner only. What was committed survives
 * a power cut: WAL with a full sync per commit, the WAL kept small. A file that SQLite finds damaged or
 * that is no database is moved to `<path>.damaged` (replacing an older one) and a new one is made;
 * the cloud and the runtime fill it again. Throws `unavailable` when the folder cannot be written.
 */
export async function openDatabase(path: string, log: Log): Promise<Db> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return await openChecked(path);
  } catch (error) {
    if (!isDamage(error)) throw cannotOpen(path, error);
    await setAside(path);
    log.error({ err: error, path, movedTo: `${path}.damaged` }, 'edge database is damaged; starting a new one');
  }
  try {
    return await openChecked(path);
  } catch (error) {
    throw cannotOpen(path, error);
  }
}

async function openChecked(path: string): Promise<Db> {
  const db = new Database(path);
  try {
    await chmod(path, 0o600);
    db.pragma('busy_timeout = 5000');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('wal_autocheckpoint = 256');
    db.pragma('journal_size_limit = 4194304');
    db.pragma('cache_size = -1024');
    const verdict = db.pragma('integrity_check(1)', { simple: true });
    if (verdict !== 'ok') throw new EdgeError('gone', `integrity check: ${String(verdict)}`);
    prepareSchema(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function prepareSchema(db: Db): void {
  const columns = db.pragma('table_info(meta_v2)') as { name: string }[];
  const foreign = columns.length > 0 && metaV2Columns.some((name) => !columns.some((column) => column.name === name));
  // Old releases spelled the columns differently; the table is a cache of `meta`, so it is made anew.
  if (foreign) db.exec('DROP TABLE meta_v2');
  db.exec(schema);
}

function isDamage(error: unknown): boolean {
  if (error instanceof EdgeError) return error.code === 'gone';
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^SQLITE_(CORRUPT|NOTADB)/.test(code);
}

async function setAside(path: string): Promise<void> {
  for (const suffix of siblings) {
    await rm(`${path}.damaged${suffix}`, { force: true });
    await rename(`${path}${suffix}`, `${path}.damaged${suffix}`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

const cannotOpen = (path: string, error: unknown) =>
  new EdgeError('unavailable', `edge database ${path} cannot be opened: ${messageOf(error)}`, { cause: error });
