import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Runtime, RuntimeEvents } from '../../cri/index.js';
import type { Change, ConfigMap, CoreEvent, Node, Pod, PodStatus, Secret } from '../../kube/index.js';
import { createAsyncQueue, EdgeError, type Log, pause, silentLog } from '../../lib/index.js';
import type { EdgedConfig } from '../edged-config.js';
import type { ObjectReader, StatusSink } from '../ports.js';
import { runEdged } from '../run-edged.js';

/** An edged with everything around it in memory but the runtime; for tests. */
export interface Bench extends AsyncDisposable {
  /** Below it: `kubelet`, the root folder, and `logs`. */
  readonly folder: string;
  readonly port: number;
  /** The status of each pod as told last, by UID. */
  readonly statuses: ReadonlyMap<string, PodStatus>;
  readonly history: readonly { readonly uid: string; readonly status: PodStatus; readonly at: number }[];
  readonly events: readonly CoreEvent[];
  readonly gone: readonly string[];
  readonly nodes: readonly Node[];
  send(change: Change<Pod>): void;
  put(...pods: readonly Pod[]): void;
  /** Asks for the graceful end of a pod that was put before. */
  remove(uid: string, graceSeconds?: number): void;
  setConfigMap(name: string, data: Record<string, string>): void;
  /** Waits until the answer is truthy; fails after `timeoutMs`. */
  until<T>(what: () => T | undefined | false | null | Promise<T | undefined | false>, timeoutMs?: number): Promise<T>;
  /** Stops this edged; the folder stays for the next one. */
  stop(): Promise<void>;
}

export interface BenchOptions {
  readonly runtime: Runtime & RuntimeEvents;
  readonly pods?: readonly Pod[];
  /** A folder of an earlier bench, to start again with what it left. */
  readonly folder?: string;
  readonly config?: Partial<EdgedConfig>;
  readonly secrets?: readonly Secret[];
  readonly log?: Log;
}

export async function startBench(options: BenchOptions): Promise<Bench> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'skerry-edged-')));
  const pods = new Map((options.pods ?? []).map((pod) => [pod.metadata?.uid ?? '', pod]));
  const changes = createAsyncQueue<Change<Pod>>(10_000);
  changes.push({ kind: 'reset', items: [...pods.values()] });
  const objects = memoryObjects(options.secrets ?? []);
  const sink = memorySink();
  const stop = new AbortController();
  let port = 0;
  const running = runEdged(
    {
      config: { ...benchConfig(folder), ...options.config },
      runtime: options.runtime,
      events: options.runtime,
      pods: { pods: () => changes },
      objects: objects.reader,
      status: sink.sink,
      log: options.log ?? silentLog,
      onListening: (taken) => {
        port = taken;
      },
    },
    stop.signal,
  );
  const end = async () => {
    stop.abort();
    changes.close();
    objects.close();
    await running;
  };
  const bench: Bench = {
    ...sink,
    folder,
    get port() {
      return port;
    },
    send: (change) => changes.push(change),
    put(...items) {
      for (const item of items) {
        pods.set(item.metadata?.uid ?? '', item);
        changes.push({ kind: 'put', item });
      }
    },
    remove(uid, graceSeconds = 1) {
      const pod = pods.get(uid) as Pod;
      const metadata = {
        ...pod.metadata,
        deletionTimestamp: new Date().toISOString(),
        deletionGracePeriodSeconds: graceSeconds,
      };
      bench.put({ ...pod, metadata });
    },
    setConfigMap: objects.setConfigMap,
    until,
    stop: end,
    async [Symbol.asyncDispose]() {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await Promise.race([running, until(() => port !== 0)]);
  return bench;
}

async function until<T>(
  what: () => T | undefined | false | null | Promise<T | undefined | false>,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await what();
    if (answer) return answer as T;
    if (Date.now() > deadline) throw new Error(`did not happen within ${timeoutMs} ms: ${what}`);
    await pause(3);
  }
}

function memoryObjects(secrets: readonly Secret[]) {
  const changes = createAsyncQueue<{ kind: 'ConfigMap' | 'Secret'; key: { namespace: string; name: string } }>(100);
  const configMaps = new Map<string, ConfigMap>();
  const reader: ObjectReader = {
    configMap: async ({ name }) => {
      const found = configMaps.get(name);
      if (!found) throw new EdgeError('not-found', `configmap "${name}" not found`);
      return found;
    },
    secret: async ({ name }) => {
      const found = secrets.find(({ metadata }) => metadata?.name === name);
      if (!found) throw new EdgeError('not-found', `secret "${name}" not found`);
      return found;
    },
    runtimeClass: async (name) => ({ handler: name }),
    serviceAccountToken: async (_, { expirationSeconds }) => ({
      token: 'a-token',
      expirationTimestamp: new Date(Date.now() + expirationSeconds * 1000).toISOString(),
    }),
    changed: () => changes,
  };
  return {
    reader,
    close: () => changes.close(),
    setConfigMap(name: string, data: Record<string, string>) {
      configMaps.set(name, { metadata: { name, namespace: 'default' }, data });
      changes.push({ kind: 'ConfigMap', key: { namespace: 'default', name } });
    },
  };
}

function memorySink() {
  const statuses = new Map<string, PodStatus>();
  const history: { uid: string; status: PodStatus; at: number }[] = [];
  const events: CoreEvent[] = [];
  const gone: string[] = [];
  const nodes: Node[] = [];
  const sink: StatusSink = {
    podStatus: async ({ uid }, status) => {
      statuses.set(uid, status);
      history.push({ uid, status, at: performance.now() });
    },
    podGone: async ({ uid }) => void gone.push(uid),
    event: async (event) => void events.push(event),
    registerNode: async (node) => void nodes.push(node),
    nodeStatus: async (node) => void nodes.push(node),
    renewLease: async () => undefined,
  };
  return { sink, statuses, history, events, gone, nodes };
}

const benchConfig = (folder: string): EdgedConfig => ({
  nodeName: 'edge-test',
  nodeIp: '192.0.2.7',
  rootDirectory: join(folder, 'kubelet'),
  podLogsDirectory: join(folder, 'logs'),
  maxPods: 110,
  clusterDns: [],
  clusterDomain: 'cluster.local',
  resolvConf: '',
  // The fake runtime has no cgroups: with systemd edged makes none either.
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
});

/** Runs until it is asked to end. */
export const longRunning = ['sh', '-c', 'trap "exit 0" TERM; sleep 3600 & wait'];

/** A pod of one container `main`; `spec` replaces what it names. */
export function testPod(uid: string, spec: Partial<Pod['spec']> = {}, metadata: Pod['metadata'] = {}): Pod {
  return {
    metadata: { uid, name: `pod-${uid}`, namespace: 'default', ...metadata },
    spec: { containers: [{ name: 'main', image: 'hello:v1', command: longRunning }], ...spec },
  };
}
