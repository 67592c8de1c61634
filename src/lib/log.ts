import { type Logger, pino } from 'pino';

/** What a module may do with the log: fields first, a short message second, errors under `err`. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'> & { child(fields: Record<string, unknown>): Log };

/** JSON lines on stdout, or appended to a file, written synchronously (no worker threads: memory at the edge). */
export function createLog(program: string, level: string, file?: string): Log {
  const destination = file === undefined ? { fd: 1, sync: true } : { dest: file, mkdir: true, sync: true };
  return pino({ level, base: { program } }, pino.destination(destination));
}

/** A log that keeps nothing, for tests and for tools that print by themselves. */
export const silentLog: Log = pino({ level: 'silent' });
