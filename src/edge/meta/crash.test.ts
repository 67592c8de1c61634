import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../lib/index.js';
import { openDatabase } from './database.js';
import { createGroupCommit } from './group-commit.js';
import { createObjectRows } from './object-rows.js';
import {
  connectTestCloud,
  isAckOf,
  isErrorFor,
  openTestMeta,
  takePods,
  temporaryFolder,
  testPod,
} from './test-cloud.js';

/** A program that stores pod after pod and says which one is on disk. */
const writer = (database: string) => `
import { openMeta } from './src/edge/meta/index.ts';
import { silentLog } from './src/lib/index.ts';
import { createMessage, linkPair } from './src/wire/index.ts';
const meta = await openMeta({ path: ${JSON.stringify(database)}, node: 'edge-1', queryTimeoutMs: 5000, reportEvents: true, log: silentLog });
const [cloud, edge] = linkPair('edge-1');
void meta.serve({ link: edge, barrier: async () => {} }, new AbortController().signal);
void (async () => { for await (const ack of cloud.receive()) if (ack.content === 'OK') process.stdout.write(ack.resource + '\\n'); })();
for (let i = 0; ; i += 1) {
  const name = 'p' + i;
  const content = { kind: 'Pod', apiVersion: 'v1', metadata: { name, namespace: 'default', uid: 'u' + i, resourceVersion: String(i + 1) }, spec: {} };
  await cloud.send(createMessage({ source: 'edgecontroller', group: 'resource', operation: 'insert', resource: 'default/pod/' + name, content }));
  if (i % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
}
`;

describe('an edge that is killed', () => {
  it('has everything it acknowledged', async () => {
    await using folder = await temporaryFolder();
    const program = join(folder.path, 'writer.mjs');
    await build({
      stdin: { contents: writer(join(folder.path, 'edgecore.db')), resolveDir: process.cwd(), loader: 'ts' },
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20.19',
      logLevel: 'error',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      plugins: [
        {
          // The native module stays where it was built; only its address is written down.
          name: 'native',
          setup: (plugin) => {
            plugin.onResolve({ filter: /^better-sqlite3$/ }, () => ({
              path: join(process.cwd(), 'node_modules/better-sqlite3/lib/index.js'),
              external: true,
            }));
          },
        },
      ],
    });
    for (let round = 0; round < 3; round += 1) {
      const acked: string[] = [];
      const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      for await (const line of createInterface({ input: child.stdout })) {
        acked.push(line);
        if (acked.length === 200 + 50 * round) child.kill('SIGKILL');
      }
      await ended;
      const db = await openDatabase(join(folder.path, 'edgecore.db'), silentLog);
      const rows = createObjectRows(db);
      expect(acked.length).toBeGreaterThanOrEqual(200);
      expect(acked.filter((resource) => rows.get(resource) === undefined)).toEqual([]);
      db.close();
    }
  }, 60_000);
});

describe('a store that cannot be written', { timeout: 30_000 }, () => {
  it('fails every write of the transaction and goes on when there is room again', async () => {
    await using folder = await temporaryFolder();
    const db = await openDatabase(join(folder.path, 'edgecore.db'), silentLog);
    const commit = createGroupCommit(db);
    const rows = createObjectRows(db);
    const object = (name: string, size: number) => ({ metadata: { name }, data: 'x'.repeat(size) });
    db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + 4}`);
    const writes = await Promise.allSettled([
      commit.write(() => rows.put('default/configmap/a', object('a', 10))),
      commit.write(() => rows.put('default/configmap/b', object('b', 1_000_000))),
    ]);
    // A full disk undoes a statement or the transaction; what was reported as written must be there.
    expect(writes[1]?.status).toBe('rejected');
    expect(rows.get('default/configmap/a') !== undefined).toBe(writes[0]?.status === 'fulfilled');
    expect(rows.get('default/configmap/b')).toBeUndefined();
    db.pragma('max_page_count = 1073741823');
    await commit.write(() => rows.put('default/configmap/b', object('b', 1_000_000)));
    expect(rows.get('default/configmap/b')).toBeDefined();
    commit.close();
    db.close();
  });

  it('answers with an error and no acknowledgement, and followers hear nothing', async () => {
    await using folder = await temporaryFolder();
    await using meta = await openTestMeta(folder.path);
    await meta.complete([], new AbortController().signal);
    const blocker = await openDatabase(join(folder.path, 'edgecore.db'), silentLog);
    blocker.exec(`CREATE TRIGGER full BEFORE INSERT ON meta BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
    await using cloud = connectTestCloud(meta);
    const sent = await cloud.send({ operation: 'insert', resource: 'default/pod/web', content: testPod('web', 'u1') });
    expect(String((await cloud.expect(isErrorFor(sent))).content)).toContain('disk full');
    expect(cloud.seen.some(isAckOf(sent))).toBe(false);
    expect(await takePods(meta, 1)).toEqual(['reset ']);
    blocker.exec('DROP TRIGGER full');
    await cloud.link.send(sent);
    await cloud.expect(isAckOf(sent));
    blocker.close();
  });
});
