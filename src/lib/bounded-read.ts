import { EdgeError } from './errors.js';

/** Reads a whole stream of bytes; more than `limit` bytes is a `too-large` error naming `what`. */
export async function readBounded(stream: AsyncIterable<Uint8Array>, limit: number, what: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > limit) throw new EdgeError('too-large', `${what} is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
