import type { ObjectReader, PodIdentity, PodSource, StatusSink } from '../../edged/index.js';
import type { Node } from '../../kube/index.js';
import { aborted, childOf, EdgeError, type Log } from '../../lib/index.js';
import type { CloudConnection } from '../hub/index.js';
import { type CloudState, createCloudState } from './cloud-state.js';
import { type Db, openDatabase } from './database.js';
import { createGroupCommit } from './group-commit.js';
import { receiveMessages } from './inbox.js';
import { createLeaseRenewal } from './lease-renewal.js';
import { registerNode } from './node-registration.js';
import { createObjectIntake } from './object-intake.js';
import { createObjectReader } from './object-reader.js';
import { createObjectRows } from './object-rows.js';
import { createOutbox, type Outbox } from './outbox.js';
import { createOutboxRows, podLane } from './outbox-rows.js';
import { recoverPods } from './pod-recovery.js';
import { createPodSource } from './pod-source.js';
import { createReportDelivery } from './report-delivery.js';
import { createRequests } from './requests.js';
import { createTokenStore } from './token-store.js';

export interface MetaOptions {
  readonly path: string;
  readonly node: string;
  readonly queryTimeoutMs: number;
  /** Off: events end here, as KubeEdge's `edged.reportEvent` says. */
  readonly reportEvents: boolean;
  readonly log: Log;
  readonly now?: () => Date;
  readonly random?: (() => number) | undefined;
  readonly recoveryLimitMs?: number;
}

/** The edge's memory: what the cloud said and what it has yet to be told, on disk. It is edged's view of the cluster. */
export interface Meta extends AsyncDisposable {
  readonly pods: PodSource;
  readonly objects: ObjectReader;
  readonly status: StatusSink;
  readonly cloud: Pick<CloudState, 'connection' | 'subscribe' | 'whenConnected'>;
  /** Talks over an established link until it closes or abort. */
  serve(connection: CloudConnection, signal: AbortSignal): Promise<void>;
  /** Makes the store complete, once in its life; must run for `pods` to begin. `running` are the pods the runtime holds. */
  complete(running: readonly PodIdentity[], signal: AbortSignal): Promise<void>;
  /** Reports on disk that the cloud has not answered yet. */
  readonly unsent: number;
}

export async function openMeta(options: MetaOptions): Promise<Meta> {
  const { path, node, queryTimeoutMs: timeoutMs, log, now = () => new Date(), random } = options;
  const db = await openDatabase(path, log);
  const commit = createGroupCommit(db);
  const rows = createObjectRows(db);
  const requests = createRequests();
  const cloud = createCloudState();
  const tokens = createTokenStore({ db, commit, requests, timeoutMs, now });
  const podRemoved = (uid: string) => {
    tokens.removeOfPod(uid);
    return outbox.dropLane(podLane(uid));
  };
  const intake = createObjectIntake({ rows, commit, node, podRemoved });
  const registration = { rows, intake, requests, cloud, timeoutMs, log, random };
  const stopped = new AbortController();
  let registered: Node | undefined;
  const nodeMissing = () => {
    if (!registered) return;
    registerNode(registered, registration, stopped.signal).catch((error: unknown) => {
      if (!stopped.signal.aborted) log.error({ err: error }, 'node cannot be registered again');
    });
  };
  const outbox: Outbox = createOutbox({
    rows: createOutboxRows(db),
    commit,
    log,
    random,
    ...createReportDelivery({ rows, intake, requests, timeoutMs, nodeMissing, log }),
  });
  const completeness = createCompleteness(db);

  return {
    cloud,
    pods: createPodSource({ rows, intake, node, complete: completeness.whenComplete }),
    objects: createObjectReader({ rows, intake, requests, tokens, timeoutMs }),
    status: {
      podStatus: (pod, status) => outbox.put({ kind: 'podStatus', pod, status }),
      podGone: (pod) => outbox.put({ kind: 'podGone', pod }),
      async event(event) {
        if (options.reportEvents) await outbox.put({ kind: 'event', event });
      },
      async registerNode(wanted, signal) {
        await registerNode(wanted, registration, signal);
        registered = wanted;
      },
      nodeStatus: (wanted) => outbox.put({ kind: 'nodeStatus', node: wanted }),
      renewLease: createLeaseRenewal({ requests, timeoutMs: Math.min(timeoutMs, 10_000) }),
    },
    async serve(connection, signal) {
      using session = childOf(signal);
      const { link } = connection;
      const closed = link.closed.then(() => session.abort(new EdgeError('unavailable', 'the link closed')));
      session.signal.addEventListener('abort', () => link.close('edge stops'), { once: true });
      if (signal.aborted) link.close('edge stops');
      requests.use(connection);
      cloud.set(connection);
      try {
        const received = receiveMessages({ link, intake, requests, log });
        await Promise.all([received, outbox.serve(connection, session.signal), closed]);
      } finally {
        session.abort(new EdgeError('unavailable', 'the link closed'));
        requests.use(undefined);
        cloud.set(undefined);
      }
    },
    async complete(running, signal) {
      if (completeness.isComplete) return;
      const limitMs = options.recoveryLimitMs ?? 600_000;
      const askTimeoutMs = Math.min(timeoutMs, 15_000);
      await recoverPods(running, { rows, intake, requests, cloud, log, askTimeoutMs, limitMs, random }, signal);
      if (!signal.aborted) await commit.write(completeness.mark, completeness.marked);
    },
    get unsent() {
      return outbox.size;
    },
    async [Symbol.asyncDispose]() {
      stopped.abort(new EdgeError('unavailable', 'edge stops'));
      commit.close();
      db.close();
    },
  };
}

/** Whether this database ever knew all pods of its node; a wiped one did not. */
function createCompleteness(db: Db) {
  const key = 'complete';
  const insert = db.prepare(`INSERT OR REPLACE INTO skerry_state (key, value) VALUES ('${key}', '1')`);
  let isComplete = db.prepare(`SELECT 1 FROM skerry_state WHERE key = '${key}'`).get() !== undefined;
  let tell = () => {};
  const complete = new Promise<void>((resolve) => {
    tell = resolve;
  });
  if (isComplete) tell();
  return {
    get isComplete() {
      return isComplete;
    },
    mark: () => void insert.run(),
    marked: () => {
      isComplete = true;
      tell();
    },
    async whenComplete(signal: AbortSignal) {
      if (!isComplete) await Promise.race([complete, aborted(signal)]);
    },
  };
}
