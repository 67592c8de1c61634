import { open } from 'node:fs/promises';

const tailBytes = 8192;

/** The last lines of a file, from its last 8 KiB; empty when it cannot be read. */
export async function lastLines(path: string, count: number): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(tailBytes), 0, tailBytes, Math.max(0, size - tailBytes));
    return buffer.subarray(0, bytesRead).toString().trimEnd().split('\n').slice(-count).join('\n');
  } finally {
    await file.close();
  }
}
