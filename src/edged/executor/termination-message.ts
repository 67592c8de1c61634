import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { ContainerState, type ContainerStatus } from '../../proto/cri/v1/api.js';
import { annotations } from '../pod/well-known.js';
import { parseLogLine } from '../server/cri-log.js';

const fileLimit = 4096;
const logLimit = 2048;
const logLines = 80;

/** The runtime's message joined with what an ended container left behind (facts kubelet-on-cri §4.6). */
export async function terminationMessage(status: ContainerStatus): Promise<string> {
  if (status.state !== ContainerState.CONTAINER_EXITED) return status.message;
  const path = status.annotations[annotations.terminationMessagePath];
  const mount = path ? status.mounts.find(({ containerPath }) => containerPath === path) : undefined;
  let left = mount ? await readEnd(mount.hostPath, fileLimit, 'start') : '';
  const fallback = status.annotations[annotations.terminationMessagePolicy] === 'FallbackToLogsOnError';
  if (left === '' && fallback && status.exitCode !== 0 && status.reason !== 'ContainerCannotRun') {
    left = await logTail(status.logPath);
  }
  return [status.message, left].filter((text) => text !== '').join(': ');
}

async function logTail(path: string): Promise<string> {
  if (path === '') return '';
  // A line has some forty bytes of stamp and tags before its text.
  const text = await readEnd(path, logLimit * 4, 'end');
  const contents = text
    .split('\n')
    .flatMap((line) => parseLogLine(Buffer.from(line)) ?? [])
    .map(({ content, partial }) => `${content.toString('utf8')}${partial ? '' : '\n'}`);
  return Buffer.from(contents.slice(-logLines).join('')).subarray(-logLimit).toString('utf8');
}

/** Up to `limit` bytes of a plain file; a file that is not there or not plain is empty. */
async function readEnd(path: string, limit: number, from: 'start' | 'end'): Promise<string> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const info = await file.stat();
    if (!info.isFile()) return '';
    const position = from === 'end' ? Math.max(0, info.size - limit) : 0;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(limit), 0, limit, position);
    return buffer.subarray(0, bytesRead).toString('utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ELOOP')) return '';
    throw error;
  }
}
