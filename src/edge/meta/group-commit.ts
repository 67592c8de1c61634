import { EdgeError, messageOf } from '../../lib/index.js';
import type { Db } from './database.js';

/** The one writer of the edge database. */
export interface GroupCommit {
  /**
   * Runs `job` inside the next transaction, together with what else waits, in order of calling. Settles
   * once the transaction is synced to disk. A job that throws is undone alone and rejects with its error;
   * a commit that fails (disk full, I/O error) rejects all of its jobs with `unavailable`.
   * `committed` runs right after the commit, before anything else can write: the place to tell readers.
   */
  write<T>(job: () => T, committed?: (value: T) => void): Promise<T>;
  /** The same for what nobody waits for: it shares the next transaction, or has its own a moment later. */
  writeSoon<T>(job: () => T, committed?: (value: T) => void): Promise<T>;
  /** Commits what waits and refuses what comes later. */
  close(): void;
}

interface Waiting {
  run(): void;
  committed(): void;
  settle(): void;
  fail(error: unknown): void;
}

// How long a write that is not urgent waits for company.
const soonMs = 100;

/** One sync for all writes of an event-loop turn: a burst of messages costs one write to the disk. */
export function createGroupCommit(db: Db): GroupCommit {
  let waiting: Waiting[] = [];
  let closed = false;
  let scheduled = false;
  let timer: NodeJS.Timeout | undefined;

  const runAll = db.transaction((jobs: readonly Waiting[]) => {
    for (const job of jobs) {
      job.run();
      // A full disk rolls the whole transaction back; later jobs must not commit one by one.
      if (!db.inTransaction) throw new EdgeError('unavailable', 'the transaction was rolled back');
    }
  });
  const flush = () => {
    const jobs = waiting;
    waiting = [];
    scheduled = false;
    clearTimeout(timer);
    timer = undefined;
    if (jobs.length === 0) return;
    try {
      runAll.immediate(jobs);
    } catch (error) {
      const fault = new EdgeError('unavailable', `edge database cannot be written: ${messageOf(error)}`, {
        cause: error,
      });
      for (const job of jobs) job.fail(fault);
      return;
    }
    for (const job of jobs) job.committed();
    for (const job of jobs) job.settle();
  };

  const enqueue = <T>(job: () => T, committed?: (value: T) => void) =>
    new Promise<T>((resolve, reject) => {
      if (closed) reject(new EdgeError('unavailable', 'edge database is closed'));
      else waiting.push(waitingJob(db, job, committed, resolve, reject));
    });

  return {
    write(job, committed) {
      const written = enqueue(job, committed);
      if (!scheduled && waiting.length > 0) setImmediate(flush);
      scheduled = waiting.length > 0;
      return written;
    },
    writeSoon(job, committed) {
      const written = enqueue(job, committed);
      if (!scheduled && waiting.length > 0) timer ??= setTimeout(flush, soonMs);
      return written;
    },
    close() {
      if (closed) return;
      flush();
      closed = true;
    },
  };
}

function waitingJob<T>(
  db: Db,
  job: () => T,
  committed: ((value: T) => void) | undefined,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
): Waiting {
  const inSavepoint = db.transaction(job);
  let outcome: { value: T } | { error: unknown } | undefined;
  return {
    run() {
      try {
        outcome = { value: inSavepoint() };
      } catch (error) {
        outcome = { error };
      }
    },
    committed() {
      if (outcome && 'value' in outcome) committed?.(outcome.value);
    },
    settle() {
      if (outcome && 'value' in outcome) resolve(outcome.value);
      else reject(outcome?.error);
    },
    fail: reject,
  };
}
