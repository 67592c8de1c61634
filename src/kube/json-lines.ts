import { EdgeError } from '../lib/index.js';

const newline = 0x0a;

/**
 * Splits a stream of bytes into lines; the last one counts without a newline too. Empty lines are
 * left out. A line longer than `limit` bytes throws `too-large` naming `what`.
 */
export async function* readLines(
  stream: AsyncIterable<Uint8Array>,
  limit: number,
  what: string,
): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let size = 0;
  const keep = (part: Uint8Array) => {
    size += part.byteLength;
    if (size > limit) throw new EdgeError('too-large', `a line of ${what} is longer than ${limit} bytes`);
    if (part.byteLength > 0) parts.push(part);
  };
  const take = () => {
    const line = Buffer.concat(parts, size).toString('utf8').trim();
    parts = [];
    size = 0;
    return line;
  };
  for await (const chunk of stream) {
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      keep(chunk.subarray(from, at));
      const line = take();
      if (line !== '') yield line;
      from = at + 1;
    }
    keep(chunk.subarray(from));
  }
  const rest = take();
  if (rest !== '') yield rest;
}
