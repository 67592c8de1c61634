import type { KubeObject } from '../../kube/index.js';
import { EdgeError } from '../../lib/index.js';
import type { Database } from './database.js';
import { atRevision, type Entry, entryOf, type Row, rangeOf, type StoreEvent } from './entry.js';

export interface ListQuery {
  /** Ends in `/`. */
  readonly prefix: string;
  /** State as of this revision; absent: the newest. */
  readonly revision?: number | undefined;
  /** Keys after this one. */
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
  readonly matches?: (object: KubeObject) => boolean;
}

export interface ListResult {
  /** In key order. */
  readonly entries: readonly Entry[];
  /** The revision the whole list is of. */
  readonly revision: number;
  /** Set when `limit` cut the list: how many keys follow the last one, matching or not. */
  readonly remaining?: number;
}

const batch = 500;

interface EventRow extends Row {
  readonly previous: string | null;
  readonly previous_id: number | null;
}

/** The reading half: committed state now and at earlier revisions. Throws `gone` below the compacted revision. */
export function createHistory(reader: Database) {
  const revisionOf = reader.prepare<[], { revision: number }>(
    "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'log'), 0) AS revision",
  );
  const compactedOf = reader.prepare<[], { value: number }>("SELECT value FROM meta WHERE key = 'compacted'");
  const one = reader.prepare<[string], Row>(
    'SELECT id, name, deleted, value FROM log WHERE name = ? ORDER BY id DESC LIMIT 1',
  );
  const state = `FROM log JOIN (
      SELECT MAX(id) AS top FROM log WHERE name > $after AND name >= $from AND name < $to AND id <= $revision GROUP BY name
    ) ON id = top WHERE deleted = 0`;
  const many = reader.prepare<[Record<string, unknown>], Row>(`SELECT id, name, deleted, value ${state} ORDER BY name`);
  const count = reader.prepare<[Record<string, unknown>], { total: number }>(`SELECT COUNT(*) AS total ${state}`);
  // A superseded row is kept as long as its successor is younger than the compacted revision: the join finds it.
  const changes = reader.prepare<[Record<string, unknown>], EventRow>(
    `SELECT log.id, log.name, log.deleted, log.value, before.id AS previous_id, before.value AS previous
       FROM log LEFT JOIN log AS before ON before.id = log.prev_revision AND before.deleted = 0
      WHERE log.id > $since AND log.name >= $from AND log.name < $to ORDER BY log.id LIMIT ${batch}`,
  );

  const revision = () => revisionOf.get()?.revision ?? 0;
  const compacted = () => compactedOf.get()?.value ?? 0;
  const requireKept = (asked: number) => {
    const floor = compacted();
    if (asked < floor) throw new EdgeError('gone', `too old resource version: ${asked} (${floor})`);
  };

  return {
    revision,
    compacted,
    get(key: string): Entry | undefined {
      const row = one.get(key);
      return row && !row.deleted ? entryOf(row) : undefined;
    },
    list({ prefix, revision: asked, after = '', limit = Number.POSITIVE_INFINITY, matches }: ListQuery): ListResult {
      const at = asked ?? revision();
      if (asked !== undefined) requireKept(asked);
      const range = { ...rangeOf(prefix), after, revision: at };
      const entries: Entry[] = [];
      for (const row of many.iterate(range)) {
        const entry = entryOf(row);
        if (matches && !matches(entry.object)) continue;
        if (entries.length < limit) entries.push(entry);
        else {
          return { entries, revision: at, remaining: remainingAfter(entries.at(-1), range) };
        }
      }
      return { entries, revision: at };
    },
    /** The next writes after a revision, oldest first; a bounded batch, empty when there are none. */
    since(prefix: string, revisionBefore: number): StoreEvent[] {
      requireKept(revisionBefore);
      return changes.all({ ...rangeOf(prefix), since: revisionBefore }).map(eventOf);
    },
    compact,
  };

  function remainingAfter(last: Entry | undefined, range: Record<string, unknown>): number {
    return count.get({ ...range, after: last?.key ?? '' })?.total ?? 0;
  }
}

function eventOf(row: EventRow): StoreEvent {
  return {
    ...entryOf(row),
    kind: row.deleted ? 'delete' : 'put',
    ...(row.previous !== null &&
      row.previous_id !== null && { previous: atRevision(JSON.parse(row.previous) as KubeObject, row.previous_id) }),
  };
}

/** Drops rows that were superseded, and tombstones, among those written before `until` (ms since the epoch). */
function compact(db: Database, until: number): void {
  db.transaction(() => {
    const floor = db
      .prepare<[number], { id: number | null }>('SELECT MAX(id) AS id FROM log WHERE written_at < ?')
      .get(until)?.id;
    if (!floor) return;
    db.prepare(
      `DELETE FROM log WHERE id <= $floor AND
        (deleted = 1 OR EXISTS (SELECT 1 FROM log AS next WHERE next.name = log.name AND next.id > log.id AND next.id <= $floor))`,
    ).run({ floor });
    db.prepare("UPDATE meta SET value = MAX(value, ?) WHERE key = 'compacted'").run(floor);
  })();
  db.pragma('wal_checkpoint(PASSIVE)');
}
