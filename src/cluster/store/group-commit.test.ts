import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Database, openDatabase } from './database.js';
import type { StoreEvent } from './entry.js';
import { createGroupCommit } from './group-commit.js';

let folder: string;
let db: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-commit-'));
  db = openDatabase(join(folder, 'cluster.db'));
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const insert = (name: string): StoreEvent => {
  const row = db.prepare("INSERT INTO log (name, deleted, prev_revision, written_at, value) VALUES (?, 0, 0, 0, '{}')");
  return { key: name, revision: Number(row.run(name).lastInsertRowid), kind: 'put', object: {} };
};

it('refuses every write of a transaction that the disk undid, and acknowledges only what is stored', async () => {
  const published: string[] = [];
  const commits = createGroupCommit({
    db,
    publish: (events) => published.push(...events.map(({ key }) => key)),
    onFault: () => undefined,
  });
  const first = commits.write(() => insert('first'));
  const second = commits.write(() => {
    // What SQLite does by itself when there is no room left.
    db.exec('ROLLBACK');
    throw new Error('database or disk is full');
  });
  const third = commits.write(() => insert('third'));
  await expect(first).rejects.toMatchObject({ code: 'unavailable' });
  await expect(second).rejects.toMatchObject({ code: 'unavailable' });
  expect((await third).key).toBe('third');
  expect(published).toEqual(['third']);
  expect(db.prepare('SELECT name FROM log').pluck().all()).toEqual(['third']);
});
