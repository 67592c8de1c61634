import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../lib/index.js';
import { openStore } from './object-store.js';
import { copyPath } from './recovery.js';

// Real sockets and disks on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let folder: string;
let path: string;
const now = () => new Date('2026-01-01T00:00:00Z');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-recovery-'));
  path = join(folder, 'cluster.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const key = (name: string) => `core/configmaps/default/${name}`;
const open = (log = silentLog) => openStore({ path, log, now });

async function fill(names: readonly string[]): Promise<void> {
  await using store = open();
  for (const name of names)
    await store.put(key(name), undefined, { metadata: { name, labels: { pad: 'x'.repeat(2000) } } });
}

const damages: Record<string, () => void> = {
  'cut short': () => truncateSync(path, 6000),
  'overwritten with noise': () => writeFileSync(path, Buffer.alloc(20_000, 0xa5)),
};

describe('a damaged cluster database', () => {
  for (const [how, damage] of Object.entries(damages)) {
    it(`that was ${how} is moved aside and an empty one begun`, async () => {
      await fill(['a', 'b', 'c', 'd', 'e']);
      damage();
      const log = { ...silentLog, error: vi.fn(), child: () => silentLog };
      await using store = open(log);
      expect(store.list({ prefix: 'core/configmaps/' }).entries).toEqual([]);
      expect(readdirSync(folder).some((name) => name.startsWith('cluster.db.damaged-'))).toBe(true);
      expect(log.error).toHaveBeenCalledOnce();
      // Clients of the old file relist: all it ever gave out is below what counts as compacted.
      expect(store.compacted()).toBe(now().getTime());
      expect((await store.put(key('new'), undefined, { metadata: { name: 'new' } })).revision).toBe(
        now().getTime() + 1,
      );
    });
  }

  it('is replaced by its newest intact copy', async () => {
    await fill(['a', 'b']);
    copyFileSync(path, copyPath(path));
    writeFileSync(path, 'no database at all, but long enough to be read as a header');
    await using store = open();
    expect(store.list({ prefix: 'core/configmaps/' }).entries.map(({ object }) => object.metadata?.name)).toEqual([
      'a',
      'b',
    ]);
    expect(store.revision()).toBe(now().getTime());
  });

  it('does not stop the start when the copy is damaged as well', async () => {
    await fill(['a']);
    writeFileSync(copyPath(path), Buffer.alloc(9000, 1));
    writeFileSync(path, Buffer.alloc(9000, 2));
    await using store = open();
    expect(store.list({ prefix: 'core/configmaps/' }).entries).toEqual([]);
  });

  it('is not what a file of a newer program is: that one is refused and left alone', async () => {
    await fill(['a']);
    const db = new Database(path);
    db.pragma('user_version = 99');
    db.close();
    expect(() => open()).toThrow(expect.objectContaining({ code: 'unsupported' }));
    expect(readdirSync(folder).filter((name) => name.includes('damaged'))).toEqual([]);
  });
});

describe('a database that breaks while in use', () => {
  it('is told of, so that the next start can recover it', async () => {
    await fill(Array.from({ length: 50 }, (_, n) => `n${n}`));
    const onFault = vi.fn();
    await using store = openStore({ path, log: silentLog, now, onFault });
    const file = openSync(path, 'r+');
    const { size } = fstatSync(file);
    // All but the first page, which says how long the file is.
    writeSync(file, Buffer.alloc(size - 4096, 0xa5), 0, size - 4096, 4096);
    closeSync(file);
    expect(() => store.list({ prefix: 'core/configmaps/' })).toThrow();
    expect(onFault).toHaveBeenCalled();
  });
});

describe('a process killed while it writes', () => {
  it('loses nothing it has acknowledged', { timeout: 60_000 }, async () => {
    const program = join(folder, 'writer.cjs');
    await build({
      stdin: {
        contents: `
          import { openStore } from './object-store.js';
          import { silentLog } from '../../lib/index.js';
          const store = openStore({ path: process.argv[2], log: silentLog, now: () => new Date() });
          async function write() {
            for (let n = 0; n < 100_000; n += 1) {
              const name = 'n' + n;
              void store.put('core/configmaps/default/' + name, undefined, { metadata: { name } })
                .then(({ revision }) => process.stdout.write(name + ' ' + revision + '\\n'));
              if (n % 7 === 0) await new Promise(setImmediate);
            }
          }
          void write();
        `,
        resolveDir: import.meta.dirname,
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['better-sqlite3', 'pino'],
      outfile: program,
      logLevel: 'silent',
    });
    const modules = join(import.meta.dirname, '../../../node_modules');
    const child = spawn(process.execPath, [program, path], {
      env: { NODE_PATH: modules },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const acknowledged: string[] = [];
    const exited = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(line);
      if (acknowledged.length === 400) child.kill('SIGKILL');
    }
    await exited;
    expect(acknowledged.length).toBeGreaterThanOrEqual(400);
    await using store = open();
    for (const line of acknowledged.slice(0, -1)) {
      const [name = '', revision] = line.split(' ');
      expect(store.get(key(name))?.revision).toBe(Number(revision));
    }
  });
});
