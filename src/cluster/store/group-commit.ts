import { EdgeError } from '../../lib/index.js';
import { type Database, isDamage } from './database.js';
import type { StoreEvent } from './entry.js';

interface Waiter {
  readonly event: StoreEvent;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers the writes of one event-loop turn in one transaction, so that they share one sync of the disk.
 * After COMMIT the events are published in revision order, then each writer is told.
 */
export function createGroupCommit(options: {
  db: Database;
  publish: (events: readonly StoreEvent[]) => void;
  /** The database file is broken: nothing more can be written. */
  onFault: (error: unknown) => void;
}) {
  const { db, publish, onFault } = options;
  let waiting: Waiter[] = [];

  const refuse = (group: readonly Waiter[], cause: unknown) => {
    if (isDamage(cause)) onFault(cause);
    const refusal = new EdgeError('unavailable', 'the cluster database could not store the write', { cause });
    for (const { reject } of group) reject(refusal);
    return refusal;
  };
  const flush = () => {
    if (!db.inTransaction) return;
    const group = waiting;
    waiting = [];
    try {
      db.exec('COMMIT');
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK');
      refuse(group, error);
      return;
    }
    publish(group.map(({ event }) => event));
    for (const { resolve } of group) resolve();
  };

  /** A full disk or an I/O error undoes the whole transaction: what was written in it before is lost with it. */
  const attempt = (write: () => StoreEvent): StoreEvent => {
    try {
      return write();
    } catch (error) {
      if (db.inTransaction) throw error;
      const group = waiting;
      waiting = [];
      throw refuse(group, error);
    }
  };

  return {
    /** Runs one synchronous write in the open transaction; settles when it is on the disk. */
    async write(write: () => StoreEvent): Promise<StoreEvent> {
      if (!db.inTransaction) {
        db.exec('BEGIN IMMEDIATE');
        setImmediate(flush);
      }
      const event = attempt(write);
      await new Promise<void>((resolve, reject) => {
        waiting.push({ event, resolve, reject });
      });
      return event;
    },
    flush,
  };
}
