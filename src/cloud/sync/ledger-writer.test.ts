import { describe, expect, it } from 'vitest';
import { createFakeKubeApi } from '../../kube/index.js';
import { EdgeError, silentLog } from '../../lib/index.js';
import { createLedger } from './ledger.js';
import { createLedgerWriter } from './ledger-writer.js';
import { clusterObjectSyncs, objectSyncs } from './sync-types.js';

const pod = { uid: 'u1', apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'p' };

function setUp() {
  const kube = createFakeKubeApi();
  const writer = createLedgerWriter({ kube, log: silentLog, gatherMs: 20 });
  const ledger = createLedger(writer.write);
  const stop = new AbortController();
  const finished = writer.run(stop.signal);
  const stored = async () =>
    (await kube.list(objectSyncs, {})).items.map(({ status }) => status?.objectResourceVersion);
  return {
    kube,
    ledger,
    stored,
    async finish() {
      stop.abort();
      await finished;
    },
  };
}

describe('the books of delivery', () => {
  it('reach the API as sync objects, versions gathered into few writes', async () => {
    const { kube, ledger, stored, finish } = setUp();
    ledger.begin('edge.1', pod);
    for (let version = 1; version <= 50; version += 1) ledger.acked('edge.1', pod, String(version));
    ledger.acked('edge.1', pod, '7');
    await expect.poll(stored).toEqual(['50']);
    expect(kube.calls('patch')).toBeLessThan(5);
    const [sync] = (await kube.list(objectSyncs, {})).items;
    expect(sync).toMatchObject({ metadata: { name: 'edge.1.u1' }, spec: { objectKind: 'Pod', objectName: 'p' } });
    await finish();
  });

  it('are brought out before the end', async () => {
    const { ledger, stored, finish } = setUp();
    ledger.acked('n', pod, '9');
    await finish();
    expect(await stored()).toEqual(['9']);
  });

  it('outlast an API that fails', async () => {
    const { kube, ledger, stored, finish } = setUp();
    kube.failNext('create', new EdgeError('unavailable', 'down'), 2);
    kube.failNext('patch', new EdgeError('timeout', 'slow'), 1);
    ledger.acked('n', pod, '3');
    await expect.poll(stored, { timeout: 5_000 }).toEqual(['3']);
    await finish();
  });

  it('forget what was removed, and cluster-scoped objects are kept apart', async () => {
    const { kube, ledger, stored, finish } = setUp();
    ledger.acked('n', pod, '3');
    ledger.acked('n', { uid: 'u2', apiVersion: 'v1', kind: 'Node', name: 'n' }, '4');
    await expect.poll(stored).toEqual(['3']);
    ledger.removeNode('n');
    expect(ledger.entries('n')).toEqual([]);
    await expect.poll(async () => (await kube.list(clusterObjectSyncs, {})).items.length).toBe(0);
    expect(await stored()).toEqual([]);
    await finish();
  });

  it('take over what another replica has written, but never backwards', () => {
    const ledger = createLedger(() => {});
    const sync = (version: string) => ({
      metadata: { name: 'a.b.u1', namespace: 'default', uid: 's1' },
      spec: { objectAPIVersion: 'v1', objectKind: 'Pod', objectName: 'p' },
      status: { objectResourceVersion: version },
    });
    ledger.learn(sync('5'));
    expect(ledger.get('a.b', 'u1')).toMatchObject({ version: '5', name: 'p', kind: 'Pod' });
    ledger.acked('a.b', pod, '8');
    ledger.learn(sync('6'));
    expect(ledger.version('a.b', 'u1')).toBe('8');
    ledger.unlearn({ metadata: { name: 'a.b.u1', namespace: 'default', uid: 'older' } });
    expect(ledger.version('a.b', 'u1')).toBe('8');
    ledger.unlearn(sync('8'));
    expect(ledger.version('a.b', 'u1')).toBeUndefined();
  });
});
