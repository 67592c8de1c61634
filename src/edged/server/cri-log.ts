/** One record of a container log file (facts kubelet-on-cri §4.8). */
export interface LogRecord {
  /** RFC 3339 with nanoseconds, as written. */
  readonly timestamp: string;
  readonly stream: 'stdout' | 'stderr';
  /** The line goes on in the next record of its stream. */
  readonly partial: boolean;
  readonly content: Buffer;
}

const space = 0x20;

/** Parses `<time> <stream> <P|F>[:tag] <content>` without its line end; undefined when it is not such a record. */
export function parseLogLine(line: Buffer): LogRecord | undefined {
  const first = line.indexOf(space);
  const second = first < 0 ? -1 : line.indexOf(space, first + 1);
  if (second < 0) return undefined;
  const third = line.indexOf(space, second + 1);
  const stream = line.toString('latin1', first + 1, second);
  const tag = line.toString('latin1', second + 1, third < 0 ? line.length : third).split(':')[0];
  if ((stream !== 'stdout' && stream !== 'stderr') || (tag !== 'P' && tag !== 'F')) return undefined;
  return {
    timestamp: line.toString('latin1', 0, first),
    stream,
    partial: tag === 'P',
    content: third < 0 ? Buffer.alloc(0) : line.subarray(third + 1),
  };
}
