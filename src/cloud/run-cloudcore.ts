import { setMaxListeners } from 'node:events';
import { type KubeApi, resources } from '../kube/index.js';
import { aborted, childOf, type Log, runTogether } from '../lib/index.js';
import type { CloudConfig } from './config/index.js';
import {
  type ClusterView,
  createClusterView,
  createNodeScope,
  createUpstream,
  openScope,
  startDownstream,
} from './edge-controller/index.js';
import { createHealthServer } from './health.js';
import {
  createHubHttpsServer,
  createHubWebSocketServer,
  createSessionRegistry,
  createTokenLoop,
  ensureIdentity,
  publishToken,
  type SessionRegistry,
} from './hub/index.js';
import { catchUp, noteAcked, noteSending } from './keep-books.js';
import { type Listening, listen } from './listen.js';
import { openStream } from './open-stream.js';
import { createLedger, createLedgerWriter, ensureDefinitions, followSyncObjects } from './sync/index.js';

/** The ports in use, for callers that asked for any free one (0). */
export interface CloudPorts {
  readonly monitor: number;
  readonly https?: number;
  readonly websocket?: number;
  readonly tunnel?: number;
  readonly stream?: number;
}

export interface CloudDependencies {
  readonly log: Log;
  readonly kube: KubeApi;
  /** Holds the custom resource definitions to create when the cluster lacks them. */
  readonly crdsFolder?: string;
  /** CA of the API server: its client certificates may use the stream port. */
  readonly kubeCaPem?: string;
  /** Called once edges can connect. */
  readonly onReady?: (ports: CloudPorts) => void;
  readonly now?: () => Date;
}

/**
 * The cloud part: certificates and token, the hub, the edge controller, the books of what edges have stored, and
 * the stream tunnel. Runs until aborted. A fault at the start (API unreachable, port taken) is thrown.
 */
export async function runCloudcore(
  config: CloudConfig,
  dependencies: CloudDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { log, kube, crdsFolder, kubeCaPem = '', onReady, now = () => new Date() } = dependencies;
  const { cloudHub, edgeController, syncController, cloudStream } = config.modules;
  const bindNames = cloudHub.authorization.enable && !cloudHub.authorization.debug;
  if (!bindNames) log.warn('modules.cloudHub.authorization is off: any node certificate can speak for any node');

  const identity = await ensureIdentity({ kube, config: cloudHub, now });
  const token = { kube, identity, refreshHours: cloudHub.tokenRefreshDuration, now };
  await publishToken(token);
  if (syncController.enable && crdsFolder !== undefined) {
    await ensureDefinitions({ kube, folder: crdsFolder, log, signal });
  }

  using lifetime = childOf(signal);
  // Every watch and every tunnel listens on it.
  setMaxListeners(0, lifetime.signal);
  const view = createClusterView({ kube, log });
  const writer = createLedgerWriter({ kube, log });
  const ledger = createLedger((entry, gone) => {
    if (syncController.enable) writer.write(entry, gone);
  });
  const books = followSyncObjects({ kube, ledger, log });
  const known = Promise.all([view.synced, syncController.enable ? books.loaded : undefined]);
  const scope = bindNames ? createNodeScope({ view, kube }) : openScope;
  const hostAddress = cloudHub.advertiseAddress[0] ?? '127.0.0.1';
  const streamPort = cloudStream.enable ? cloudStream.streamPort : undefined;
  const upstream = createUpstream({ kube, scope, hostAddress, streamPort, log });
  const sessions: SessionRegistry = createSessionRegistry({
    nodeLimit: cloudHub.nodeLimit,
    keepaliveMs: cloudHub.keepaliveInterval * 1000,
    handle: edgeController.enable ? upstream : async () => {},
    onSending: (node, message) => noteSending(ledger, node, message),
    onAcked: (node, message) => noteAcked(ledger, node, message),
    onConnect: (session) => {
      if (edgeController.enable) catchUp(session, { view, ledger, sessions, known, log });
    },
    log,
  });

  const ready = { value: false };
  await using monitor = await listenAt(
    createHealthServer(() => ready.value),
    config.commonConfig.monitorServer.bindAddress,
  );
  await using https =
    cloudHub.enable && cloudHub.https.enable
      ? await listen(
          createHubHttpsServer({ identity, kube, signingDays: cloudHub.edgeCertSigningDuration, bindNames, now, log }),
          cloudHub.https,
          'modules.cloudHub.https.port',
        )
      : undefined;
  await using websocket =
    cloudHub.enable && cloudHub.websocket.enable
      ? await listen(
          createHubWebSocketServer({ identity, sessions, bindNames, log }),
          cloudHub.websocket,
          'modules.cloudHub.websocket.port',
        )
      : undefined;
  await using stream = cloudStream.enable
    ? await openStream({
        config: cloudStream,
        identity,
        bindNames,
        kube,
        kubeCaPem,
        nodeOfPod: nodeOfPod(view, kube),
        log,
        signal: lifetime.signal,
      })
    : undefined;
  using _downstream = edgeController.enable ? startDownstream({ view, sessions, ledger }) : undefined;

  const announce = async () => {
    await known;
    ready.value = true;
    log.info('cloudcore is ready');
    onReady?.({
      monitor: monitor.port,
      ...(https ? { https: https.port } : {}),
      ...(websocket ? { websocket: websocket.port } : {}),
      ...(stream ? { tunnel: stream.tunnelPort, stream: stream.streamPort } : {}),
    });
  };
  await runTogether(lifetime.signal, [
    view.run,
    ...(syncController.enable ? [books.run, writer.run] : []),
    createTokenLoop({ ...token, log }),
    async (stop) => {
      await Promise.race([announce(), aborted(stop)]);
      await aborted(stop);
      await sessions.close('cloudcore stops');
    },
  ]);
}

const nodeOfPod = (view: ClusterView, kube: KubeApi) => async (namespace: string, name: string) => {
  const pod = view.pods.get(`${namespace}/${name}`) ?? (await kube.get(resources.pods, { namespace, name }));
  return pod.spec?.nodeName ?? '';
};

function listenAt(server: Parameters<typeof listen>[0], bindAddress: string): Promise<Listening> {
  const at = bindAddress.lastIndexOf(':');
  const address = bindAddress.slice(0, at).replace(/^\[(.*)\]$/, '$1');
  return listen(server, { address, port: Number(bindAddress.slice(at + 1)) }, 'commonConfig.monitorServer.bindAddress');
}
