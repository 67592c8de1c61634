import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseLogOptions } from './log-options.js';
import { readLog } from './read-log.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skerry-log-'));
  path = join(folder, '0.log');
  await writeFile(
    path,
    [
      '2026-01-01T00:00:00.5Z stdout F one',
      '2026-01-01T00:00:01.123456789Z stderr P tw',
      '2026-01-01T00:00:01.2Z stderr F o',
      'not a record',
      '2026-01-01T00:00:02Z stdout F',
      '2026-01-01T00:00:03Z stdout F four\n',
    ].join('\n'),
  );
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(query: string, isRunning = () => false): Promise<string> {
  const parts: Buffer[] = [];
  const options = parseLogOptions(new URLSearchParams(query), Date.parse('2026-01-01T00:00:04Z'));
  for await (const part of readLog(path, options, isRunning, AbortSignal.timeout(10_000))) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe('a log', () => {
  it.each([
    ['', 'one\ntwo\n\nfour\n'],
    ['tailLines=1', 'four\n'],
    ['tailLines=0', ''],
    ['tailLines=100', 'one\ntwo\n\nfour\n'],
    ['limitBytes=5', 'one\nt'],
    ['sinceSeconds=2', '\nfour\n'],
    ['sinceTime=2026-01-01T00:00:03Z', 'four\n'],
    ['stream=Stderr', 'two\n'],
    ['timestamps=true&tailLines=1', '2026-01-01T00:00:03.000000000Z four\n'],
    ['timestamps=true&stream=Stderr', '2026-01-01T00:00:01.123456789Z two\n'],
  ])('with %j reads %j', async (query, text) => expect(await read(query)).toBe(text));

  it('is followed over its rotation until the container has ended', async () => {
    let running = true;
    const reading = read('follow=true&tailLines=0', () => running);
    await appendFile(path, '2026-01-01T00:00:05Z stdout F five\n');
    await rename(path, `${path}.20260101-000006`);
    await writeFile(path, '2026-01-01T00:00:06Z stdout F six\n');
    await appendFile(path, '2026-01-01T00:00:07Z stdout F seven\n');
    running = false;
    expect(await reading).toMatch(/six\nseven\n$/);
  });

  it.each([
    'tailLines=-1',
    'tailLines=x',
    'limitBytes=0',
    'sinceTime=today',
    'follow=maybe',
    'stream=Both',
    'sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z',
  ])('refuses %j', (query) => expect(() => parseLogOptions(new URLSearchParams(query), 0)).toThrow());
});
