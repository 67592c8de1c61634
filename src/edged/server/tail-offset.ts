import type { FileHandle } from 'node:fs/promises';

const blockSize = 64 * 1024;
const newline = 0x0a;

/** Where the last `lines` lines of a file of `size` bytes begin. An unfinished line at the end counts as one. */
export async function tailOffset(file: FileHandle, size: number, lines: number): Promise<number> {
  if (lines === 0) return size;
  const block = Buffer.alloc(blockSize);
  let found = 0;
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - blockSize);
    const { bytesRead } = await file.read(block, 0, end - start, start);
    // The newline that ends the file begins no further line.
    for (let at = bytesRead - 1; at >= 0; at -= 1) {
      if (block[at] !== newline || start + at === size - 1) continue;
      found += 1;
      if (found === lines) return start + at + 1;
    }
    end = start;
  }
  return 0;
}
