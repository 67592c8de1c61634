import { constants, watch } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { childOf, pause } from '../../lib/index.js';
import { type LogRecord, parseLogLine } from './cri-log.js';
import type { LogOptions } from './log-options.js';
import { tailOffset } from './tail-offset.js';

const blockSize = 64 * 1024;
// Runtimes cut lines at 16 KiB; anything far beyond is not a log of theirs.
const longestLine = 1024 * 1024;
// The end of a container writes nothing into its log: looked for this often while following.
const endCheckMs = 1000;

/**
 * The text of a log file as a client wants to see it, in pieces. With `follow` it goes on until
 * `isRunning` says no and everything is read; a rotated file is followed into its successor.
 * Throws the file system's error when there is no such file.
 */
export async function* readLog(
  path: string,
  options: LogOptions,
  isRunning: () => boolean,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  let file = await openLog(path);
  try {
    const format = createFormat(options);
    const size = (await file.stat()).size;
    let position = options.tailLines === undefined ? 0 : await tailOffset(file, size, options.tailLines);
    let rest: Buffer = Buffer.alloc(0);
    using change = watchChanges(dirname(path), signal);
    while (!signal.aborted) {
      // Asked before reading: what is written until the end is still read.
      const running = options.follow && isRunning();
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(blockSize), 0, blockSize, position);
        if (bytesRead === 0) break;
        position += bytesRead;
        const { lines, left } = cut(Buffer.concat([rest, buffer.subarray(0, bytesRead)]));
        rest = left;
        for (const line of lines) {
          const record = parseLogLine(line);
          const text = record && format.next(record);
          if (text) yield text;
          if (format.full) return;
        }
      }
      const successor = options.follow ? await rotated(path, file) : undefined;
      if (successor) {
        await file.close();
        file = successor;
        position = 0;
        rest = Buffer.alloc(0);
      } else if (!running) return;
      else await change.next();
    }
  } finally {
    await file.close();
  }
}

const openLog = (path: string) => open(path, constants.O_RDONLY | constants.O_NOFOLLOW);

/** The file that took the path's place, if one did. */
async function rotated(path: string, current: FileHandle): Promise<FileHandle | undefined> {
  const [now, known] = await Promise.all([stat(path).catch(() => undefined), current.stat()]);
  return now && now.ino !== known.ino ? openLog(path) : undefined;
}

function cut(data: Buffer): { lines: Buffer[]; left: Buffer } {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = data.indexOf(0x0a); end >= 0; end = data.indexOf(0x0a, start)) {
    lines.push(data.subarray(start, end));
    start = end + 1;
  }
  const left = data.subarray(start);
  return { lines, left: left.length > longestLine ? Buffer.alloc(0) : Buffer.from(left) };
}

function createFormat({ timestamps, since, stream, limitBytes = Number.POSITIVE_INFINITY }: LogOptions) {
  let left = limitBytes;
  let atLineStart = true;
  return {
    get full() {
      return left <= 0;
    },
    next(record: LogRecord): Buffer | undefined {
      if (stream !== 'All' && stream.toLowerCase() !== record.stream) return undefined;
      if (since !== undefined && Date.parse(record.timestamp) < since) return undefined;
      const prefix = timestamps && atLineStart ? `${fixedDigits(record.timestamp)} ` : '';
      atLineStart = !record.partial;
      const text = Buffer.concat([Buffer.from(prefix), record.content, Buffer.from(record.partial ? '' : '\n')]);
      const fitting = text.subarray(0, Math.min(text.length, left));
      left -= fitting.length;
      return fitting;
    },
  };
}

/** Nanoseconds in nine digits, so that lines sort and align. */
const fixedDigits = (time: string) =>
  time.replace(
    /^([^.Z+]+?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/,
    (_, head: string, digits = '', zone: string) => `${head}.${digits.padEnd(9, '0')}${zone}`,
  );

/** Settles `next` at the folder's next change, or after a while. */
function watchChanges(folder: string, signal: AbortSignal) {
  let changed = false;
  let waiting: (AbortController & Disposable) | undefined;
  const watcher = watch(folder, { persistent: false }, () => {
    changed = true;
    waiting?.abort();
  });
  watcher.on('error', () => watcher.close());
  return {
    async next() {
      if (!changed) {
        using wait = childOf(signal);
        waiting = wait;
        await pause(endCheckMs, wait.signal);
        waiting = undefined;
      }
      changed = false;
    },
    [Symbol.dispose]: () => watcher.close(),
  };
}
