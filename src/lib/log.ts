import { type Logger, pino } from 'pino';

/** What a module may do with the log: fields first, a short message second, errors under `err`. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'> & { child(fields: Record<string, unknown>): Log };

// Lines that wait for room on the disk; more are dropped.
const maxWaitingBytes = 1024 * 1024;

/** JSON lines on stdout, or appended to a file, written synchronously (no worker threads: memory at the edge). */
export function createLog(program: string, level: string, file?: string): Log {
  const place = file === undefined ? { fd: 1 } : { dest: file, mkdir: true };
  const destination = pino.destination({ ...place, sync: true, maxLength: maxWaitingBytes });
  // A log that cannot be written (a full disk) costs lines, never the program.
  destination.on('error', () => undefined);
  return pino({ level, base: { program } }, destination);
}

/** A log that keeps nothing, for tests and for tools that print by themselves. */
export const silentLog: Log = pino({ level: 'silent' });
