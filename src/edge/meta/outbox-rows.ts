import type { PodIdentity } from '../../edged/index.js';
import type { CoreEvent, Node, PodStatus } from '../../kube/index.js';
import type { Db } from './database.js';
import { parseStored } from './json.js';

type ReportContents = {
  podStatus: { pod: PodIdentity; status: PodStatus };
  podGone: { pod: PodIdentity };
  nodeStatus: { node: Node };
  event: { event: CoreEvent };
};

/** What the node has to say to the cloud, one of these. */
export type Report = {
  [K in keyof ReportContents]: { readonly kind: K } & Readonly<ReportContents[K]>;
}[keyof ReportContents];

/** A report on disk, without its content. */
export interface OutboxEntry {
  /** The place in the order; kept when a newer report takes the slot. */
  readonly seq: number;
  /** What coalesces: a newer report of a slot replaces the one that waits. */
  readonly slot: string;
  /** What keeps its order: entries of one lane are sent one after the other. */
  readonly lane: string;
  readonly kind: Report['kind'];
  /** Grows with every replacement; an answer counts only for the version it answers. */
  readonly version: number;
}

/** The durable queue of reports. Every call is plain SQL; callers bring the transaction. */
export interface OutboxRows {
  put(report: Report): OutboxEntry;
  /** False when a newer report has taken the slot since. */
  remove(entry: OutboxEntry): boolean;
  removeLane(lane: string): void;
  /** Drops the oldest entries of a lane beyond `keep`, and returns them. */
  trim(lane: string, keep: number): OutboxEntry[];
  list(): OutboxEntry[];
  content(seq: number): Report | undefined;
}

export const eventLane = 'events';
export const nodeLane = 'node';
export const podLane = (uid: string): string => `pod/${uid}`;

const entryColumns = 'seq, slot, lane, kind, version';

export function createOutboxRows(db: Db): OutboxRows {
  const upsert = db.prepare<[string, string, string, string], OutboxEntry>(
    `INSERT INTO skerry_outbox (slot, lane, kind, version, content) VALUES (?, ?, ?, 1, ?)
     ON CONFLICT (slot) DO UPDATE SET content = excluded.content, version = version + 1
     RETURNING ${entryColumns}`,
  );
  const erase = db.prepare('DELETE FROM skerry_outbox WHERE seq = ? AND version = ?');
  const eraseLane = db.prepare('DELETE FROM skerry_outbox WHERE lane = ?');
  const eraseOldest = db.prepare<[string, string, number], OutboxEntry>(
    `DELETE FROM skerry_outbox WHERE lane = ? AND seq <= (
       SELECT seq FROM skerry_outbox WHERE lane = ? ORDER BY seq DESC LIMIT 1 OFFSET ?) RETURNING ${entryColumns}`,
  );
  const selectAll = db.prepare<[], OutboxEntry>(`SELECT ${entryColumns} FROM skerry_outbox ORDER BY seq`);
  const selectContent = db.prepare<[number], { content: string }>('SELECT content FROM skerry_outbox WHERE seq = ?');

  return {
    put(report) {
      const { slot, lane } = placeOf(report);
      return upsert.get(slot, lane, report.kind, JSON.stringify(report)) as OutboxEntry;
    },
    remove: ({ seq, version }) => erase.run(seq, version).changes > 0,
    removeLane: (lane) => {
      eraseLane.run(lane);
    },
    trim: (lane, keep) => eraseOldest.all(lane, lane, keep),
    list: () => selectAll.all(),
    content(seq) {
      const row = selectContent.get(seq);
      return row && (parseStored(row.content) as Report | undefined);
    },
  };
}

function placeOf(report: Report): { slot: string; lane: string } {
  switch (report.kind) {
    case 'podStatus':
      return { slot: `podpatch/${report.pod.uid}`, lane: podLane(report.pod.uid) };
    case 'podGone':
      return { slot: `poddelete/${report.pod.uid}`, lane: podLane(report.pod.uid) };
    case 'nodeStatus':
      return { slot: `nodepatch/${report.node.metadata?.name}`, lane: nodeLane };
    case 'event': {
      const { namespace = 'default', name, uid } = report.event.metadata;
      return { slot: `event/${namespace}/${name ?? uid}`, lane: eventLane };
    }
  }
}
