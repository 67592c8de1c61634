import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFakeRuntime, type FakeRuntime } from '../cri/index.js';
import type { Change, ConfigMap, CoreEvent, Node, Pod, PodStatus, Secret } from '../kube/index.js';
import { createAsyncQueue, EdgeError, silentLog } from '../lib/index.js';
import type { EdgedConfig } from './edged-config.js';
import type { ObjectReader } from './ports.js';
import { runEdged } from './run-edged.js';

interface Bench extends AsyncDisposable {
  readonly runtime: FakeRuntime;
  readonly statuses: Map<string, PodStatus>;
  readonly events: CoreEvent[];
  readonly gone: string[];
  readonly nodes: Node[];
  readonly port: number;
  pods(change: Change<Pod>): void;
  setConfigMap(name: string, data: Record<string, string>): void;
  until<T>(what: () => T | undefined | false): Promise<T>;
  stop(): Promise<void>;
}

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function start(runtime: FakeRuntime, first: readonly Pod[] = [], folder?: string): Promise<Bench> {
  const root = folder ?? (await mkdtemp(join(tmpdir(), 'skerry-edged-')));
  folders.push(root);
  const config: EdgedConfig = {
    nodeName: 'edge-test',
    nodeIp: '192.0.2.7',
    rootDirectory: join(root, 'kubelet'),
    podLogsDirectory: join(root, 'logs'),
    maxPods: 110,
    clusterDns: [],
    clusterDomain: 'cluster.local',
    resolvConf: '',
    cgroupDriver: 'systemd',
    labels: { zone: 'a' },
    annotations: {},
    taints: [],
    registerNode: true,
    registerSchedulable: true,
    statusIntervalMs: 50,
    statusReportIntervalMs: 300_000,
    leaseDurationSeconds: 40,
    kubeletVersion: 'v1.36.0-test',
    address: '127.0.0.1',
    port: 0,
  };
  const changes = createAsyncQueue<Change<Pod>>(1000);
  changes.push({ kind: 'reset', items: first });
  const objectChanges = createAsyncQueue<{ kind: 'ConfigMap' | 'Secret'; key: { namespace: string; name: string } }>(
    100,
  );
  const configMaps = new Map<string, ConfigMap>();
  const statuses = new Map<string, PodStatus>();
  const events: CoreEvent[] = [];
  const gone: string[] = [];
  const nodes: Node[] = [];
  const stop = new AbortController();
  stop.signal.addEventListener('abort', () => {
    changes.close();
    objectChanges.close();
  });
  const objects: ObjectReader = {
    configMap: async ({ name }) => {
      const found = configMaps.get(name);
      if (!found) throw new EdgeError('not-found', `configmap "${name}" not found`);
      return found;
    },
    secret: async ({ name }): Promise<Secret> => {
      throw new EdgeError('not-found', `secret "${name}" not found`);
    },
    runtimeClass: async (name) => ({ handler: name }),
    serviceAccountToken: async () => ({ token: 't', expirationTimestamp: new Date(Date.now() + 3.6e6).toISOString() }),
    changed: () => objectChanges,
  };
  let port = 0;
  let listens: () => void;
  const listening = new Promise<void>((resolve) => {
    listens = resolve;
  });
  const running = runEdged(
    {
      config,
      runtime,
      events: runtime,
      pods: { pods: () => changes },
      objects,
      status: {
        podStatus: async ({ uid }, status) => void statuses.set(uid, status),
        podGone: async ({ uid }) => void gone.push(uid),
        event: async (event) => void events.push(event),
        registerNode: async (node) => void nodes.push(node),
        nodeStatus: async (node) => void nodes.push(node),
        renewLease: async () => undefined,
      },
      log: silentLog,
      onListening: (taken) => {
        port = taken;
        listens();
      },
    },
    stop.signal,
  );
  await Promise.race([listening, running]);
  const end = async () => {
    stop.abort();
    await running;
  };
  return {
    runtime,
    statuses,
    events,
    gone,
    nodes,
    port,
    pods: (change) => changes.push(change),
    setConfigMap(name, data) {
      configMaps.set(name, { metadata: { name, namespace: 'default' }, data });
      objectChanges.push({ kind: 'ConfigMap', key: { namespace: 'default', name } });
    },
    until: (what) =>
      vi.waitFor(() => what() || Promise.reject(new Error('not yet')), { timeout: 10_000, interval: 5 }) as never,
    stop: end,
    [Symbol.asyncDispose]: end,
  };
}

function pod(uid: string, spec: Partial<Pod['spec']> = {}, metadata: Pod['metadata'] = {}): Pod {
  return {
    metadata: { uid, name: `pod-${uid}`, namespace: 'default', ...metadata },
    spec: { containers: [{ name: 'main', image: 'hello:v1' }], ...spec },
  };
}

describe('edged', () => {
  it('runs a pod, tells its status and ends it without a trace', async () => {
    const runtime = createFakeRuntime({ images: ['hello:v1'] });
    await using edged = await start(runtime, [pod('a')]);
    const status = await edged.until(() => edged.statuses.get('a')?.phase === 'Running' && edged.statuses.get('a'));
    expect(status?.containerStatuses).toMatchObject([{ name: 'main', ready: true, restartCount: 0 }]);
    expect(status?.podIP).toBeTruthy();
    expect(status?.hostIP).toBe('192.0.2.7');
    await edged.until(() => edged.events.length >= 3);
    expect(edged.events.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['Pulled', 'Created', 'Started']));

    edged.pods({
      kind: 'put',
      item: pod('a', {}, { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 1 }),
    });
    await edged.until(() => edged.gone.includes('a'));
    expect(await runtime.listPodSandboxes()).toEqual([]);
    expect(await runtime.listContainers()).toEqual([]);
    expect(edged.statuses.get('a')?.phase).toMatch(/Failed|Succeeded/);
  });

  it('registers a node that is ready', async () => {
    await using edged = await start(createFakeRuntime());
    const node = await edged.until(() => edged.nodes[0]);
    expect(node.metadata?.labels).toMatchObject({ zone: 'a', 'node-role.kubernetes.io/edge': '' });
    expect(node.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
    expect(node.status?.daemonEndpoints?.kubeletEndpoint?.Port).toBe(edged.port);
  });
});
