import { createBackoff, type Log, pause } from '../../lib/index.js';
import type { CloudConnection } from '../hub/index.js';
import type { GroupCommit } from './group-commit.js';
import { createOutboxIndex } from './outbox-index.js';
import { eventLane, type OutboxEntry, type OutboxRows, type Report } from './outbox-rows.js';

/** What became of one report. `kept` stays and is tried again. */
export type Delivery = { readonly kind: 'delivered' | 'obsolete' | 'kept'; readonly error?: unknown };

/**
 * The durable way of reports to the cloud. A report that was taken is on disk; it leaves the disk when the
 * cloud has answered it, or has answered that nobody wants it. Reports of one lane go one after the other,
 * lanes go side by side within a window; the newest report of a slot replaces an older one that waits.
 */
export interface Outbox {
  put(report: Report): Promise<void>;
  /** Forgets what waits about an object that is gone. Must run inside a write of the group commit. */
  dropLane(lane: string): () => void;
  /** Sends over `connection` until abort. One call at a time. */
  serve(connection: CloudConnection, signal: AbortSignal): Promise<void>;
  readonly size: number;
}

export interface OutboxOptions {
  readonly rows: OutboxRows;
  readonly commit: GroupCommit;
  /** Sends one report, waits for its answer, and stores what the answer brings. `certain` as in `messageOfReport`. */
  readonly deliver: (entry: OutboxEntry, report: Report, certain: boolean, signal: AbortSignal) => Promise<Delivery>;
  /** Hands events to the socket: the cloud answers none. */
  readonly sendEvents: (reports: readonly Report[], connection: CloudConnection) => Promise<void>;
  readonly log: Log;
  readonly random?: (() => number) | undefined;
  /** Lanes sent side by side: above the pods a node can hold, so that a lane that waits to try again blocks no other. */
  readonly window?: number;
  readonly maxEvents?: number;
}

const eventBatch = 64;
const keep = (error: unknown): Delivery => ({ kind: 'kept', error });

export function createOutbox(options: OutboxOptions): Outbox {
  const { rows, commit, deliver, sendEvents, log, random = Math.random, window = 256, maxEvents = 1000 } = options;
  const waiting = rows.list();
  const index = createOutboxIndex(waiting);
  // Lanes whose last patch may or may not have reached the cloud, those of an earlier run included.
  const uncertain = new Set(waiting.map(({ lane }) => lane));
  let kick = () => {};

  /** Out of the queue at once, off the disk soon: what a crash leaves there is only sent twice. */
  const forget = (entries: readonly OutboxEntry[]) => {
    for (const entry of entries) index.remove(entry);
    const remove = () => {
      for (const entry of entries) rows.remove(entry);
    };
    commit.writeSoon(remove).catch((error: unknown) => log.warn({ err: error }, 'delivered reports are still on disk'));
  };

  async function sendHead(lane: string, signal: AbortSignal): Promise<Delivery> {
    const entry = index.head(lane, 1)[0];
    const report = entry && rows.content(entry.seq);
    if (!entry) return { kind: 'obsolete' };
    if (!report) {
      forget([entry]);
      return { kind: 'obsolete' };
    }
    const certain = !uncertain.has(lane);
    uncertain.add(lane);
    const delivery = await deliver(entry, report, certain, signal);
    if (delivery.kind === 'kept') return delivery;
    uncertain.delete(lane);
    forget([entry]);
    return delivery;
  }

  async function sendEventBatch(connection: CloudConnection): Promise<Delivery> {
    const entries = index.head(eventLane, eventBatch);
    const reports = entries.map(({ seq }) => rows.content(seq)).filter((report) => report !== undefined);
    await sendEvents(reports, connection);
    forget(entries);
    return { kind: 'delivered' };
  }

  /** Empties one lane; a refused report is tried again after a growing pause. */
  async function drain(lane: string, connection: CloudConnection, signal: AbortSignal): Promise<void> {
    const backoff = createBackoff({ baseMs: 500, maxMs: 30_000, jitter: 0.3, random });
    while (!signal.aborted && index.head(lane, 1).length > 0) {
      const delivery = await (lane === eventLane ? sendEventBatch(connection) : sendHead(lane, signal)).catch(keep);
      if (delivery.kind !== 'kept') {
        backoff.reset();
        continue;
      }
      if (signal.aborted) return;
      log.warn({ lane, err: delivery.error }, 'report is kept and will be sent again');
      await pause(backoff.next(), signal);
    }
  }

  return {
    async put(report) {
      // An event is worth no sync of its own.
      const write = report.kind === 'event' ? commit.writeSoon : commit.write;
      await write(
        () => {
          const entry = rows.put(report);
          return { entry, dropped: report.kind === 'event' ? rows.trim(eventLane, maxEvents) : [] };
        },
        ({ entry, dropped }) => {
          index.put(entry);
          for (const old of dropped) index.remove(old);
          kick();
        },
      );
    },
    dropLane(lane) {
      rows.removeLane(lane);
      return () => {
        index.removeLane(lane);
        uncertain.delete(lane);
      };
    },
    async serve(connection, signal) {
      const busy = new Map<string, Promise<void>>();
      let wake = () => {};
      kick = () => wake();
      const stop = () => wake();
      signal.addEventListener('abort', stop);
      try {
        while (!signal.aborted) {
          for (const lane of index.lanes) {
            if (busy.size >= window) break;
            if (busy.has(lane)) continue;
            const run = drain(lane, connection, signal).finally(() => {
              busy.delete(lane);
              wake();
            });
            busy.set(lane, run);
          }
          await new Promise<void>((resolve) => {
            wake = resolve;
            if (signal.aborted) resolve();
          });
        }
        await Promise.all(busy.values());
      } finally {
        signal.removeEventListener('abort', stop);
        kick = () => {};
      }
    },
    get size() {
      return index.size;
    },
  };
}
