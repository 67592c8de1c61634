import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type RequestOptions, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { type CloudPorts, loadCloudConfig, runCloudcore } from '../../src/cloud/index.js';
import {
  createFakeKubeApi,
  type FakeKubeControls,
  type KubeApi,
  type Pod,
  type PodSpec,
  resources,
} from '../../src/kube/index.js';
import { readBounded, silentLog } from '../../src/lib/index.js';
import { createEdgeRequest, parseToken, pemOf } from '../../src/wire/index.js';

export interface Cloud extends AsyncDisposable {
  readonly kube: KubeApi & FakeKubeControls;
  readonly ports: Required<CloudPorts>;
  readonly folder: string;
  stop(): Promise<void>;
}

/** A whole cloudcore on free loopback ports, its API in memory. Give `kube` and `folder` to start it again on old state. */
export async function startCloud(
  options: { kube?: Cloud['kube']; folder?: string; hub?: Record<string, unknown>; kubeCaPem?: string } = {},
): Promise<Cloud> {
  const kube = options.kube ?? createFakeKubeApi();
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'skerry-cloud-')));
  const any = { enable: true, address: '127.0.0.1', port: 0 };
  const config = loadCloudConfig(
    JSON.stringify({
      commonConfig: { monitorServer: { bindAddress: '127.0.0.1:0' } },
      modules: {
        cloudHub: {
          advertiseAddress: ['127.0.0.1'],
          tlsCAFile: join(folder, 'rootCA.crt'),
          tlsCAKeyFile: join(folder, 'rootCA.key'),
          tlsCertFile: join(folder, 'server.crt'),
          tlsPrivateKeyFile: join(folder, 'server.key'),
          websocket: any,
          https: any,
          ...options.hub,
        },
        cloudStream: {
          enable: true,
          tunnelPort: 0,
          streamPort: 0,
          tlsTunnelCertFile: join(folder, 'none.crt'),
          tlsTunnelPrivateKeyFile: join(folder, 'none.key'),
          tlsStreamCAFile: join(folder, 'rootCA.crt'),
          tlsStreamCertFile: join(folder, 'none.crt'),
          tlsStreamPrivateKeyFile: join(folder, 'none.key'),
        },
      },
    }),
  );
  const stopper = new AbortController();
  let finished: Promise<void> = Promise.resolve();
  const ports = await new Promise<CloudPorts>((resolve, reject) => {
    const dependencies = { log: silentLog, kube, kubeCaPem: options.kubeCaPem ?? '', onReady: resolve };
    finished = runCloudcore(config, dependencies, stopper.signal);
    finished.catch(reject);
  });
  const stop = async () => {
    stopper.abort();
    await finished;
  };
  return {
    kube,
    folder,
    ports: ports as Required<CloudPorts>,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

export async function get(
  port: number,
  path: string,
  options: RequestOptions & { body?: Buffer } = {},
): Promise<HttpAnswer> {
  const { body, ...rest } = options;
  const outgoing = request({ host: '127.0.0.1', port, path, method: 'GET', agent: false, ...rest });
  if (body) outgoing.setHeader('content-length', body.byteLength);
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [import('node:http').IncomingMessage];
  return { status: response.statusCode ?? 0, body: await readBounded(response, 1 << 24, 'answer') };
}

export interface Credentials {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export async function tokenOf(kube: KubeApi): Promise<string> {
  const secret = await kube.get(resources.secrets, { namespace: 'kubeedge', name: 'tokensecret' });
  return Buffer.from(secret.data?.tokendata ?? '', 'base64').toString();
}

/** Joins as an edge does: CA without verification, then a certificate with the token (facts cloudhub-wire §1.5). */
export async function joinEdge(cloud: Cloud, node: string): Promise<Credentials> {
  const ca = pemOf('CERTIFICATE', (await get(cloud.ports.https, '/ca.crt', { rejectUnauthorized: false })).body);
  const { csrDer, keyPem } = await createEdgeRequest(node);
  const answer = await get(cloud.ports.https, '/edge.crt', {
    ca,
    body: csrDer,
    headers: { NodeName: node, Authorization: `Bearer ${parseToken(await tokenOf(cloud.kube)).jwt}` },
  });
  if (answer.status !== 200) throw new Error(`edge.crt: ${answer.status} ${answer.body}`);
  return { ca, cert: pemOf('CERTIFICATE', answer.body), key: keyPem };
}

export interface WireMessage {
  header: { msg_id: string; parent_msg_id?: string; timestamp: number; resourceversion?: string };
  route: { source?: string; group?: string; operation?: string; resource?: string };
  // biome-ignore lint/suspicious/noExplicitAny: tests look into any content
  content: any;
}

/** An edge as the wire sees it: raw frames, nothing done by itself but acks when `acks` is on. */
export interface EdgePeer {
  readonly socket: WebSocket;
  readonly log: WireMessage[];
  send(message: { resource: string; operation: string; content: unknown; source?: string; parent?: string }): string;
  /** The first message, past or to come, that fits; it is taken out. */
  next(fits: (message: WireMessage) => boolean): Promise<WireMessage>;
  reply(to: string): Promise<WireMessage>;
  readonly closed: Promise<void>;
}

export async function connectEdge(
  cloud: Cloud,
  node: string,
  credentials: Credentials,
  options: { acks?: boolean; headers?: Record<string, string> } = {},
): Promise<EdgePeer> {
  const socket = new WebSocket(
    `wss://127.0.0.1:${cloud.ports.websocket}/e632aba927ea4ac2b575ec1603d56f10/${node}/events`,
    {
      ...credentials,
      perMessageDeflate: false,
      headers: {
        Node_id: node,
        Project_id: 'e632aba927ea4ac2b575ec1603d56f10',
        Connectionuse: 'msg',
        ...options.headers,
      },
    },
  );
  const log: WireMessage[] = [];
  const waiters = new Set<() => void>();
  const send: EdgePeer['send'] = ({ resource, operation, content, source = 'edged', parent }) => {
    const id = crypto.randomUUID();
    const header = { msg_id: id, timestamp: Date.now(), ...(parent ? { parent_msg_id: parent } : {}) };
    socket.send(`${JSON.stringify({ header, route: { source, group: 'meta', operation, resource }, content })}\n`);
    return id;
  };
  const ack = (message: WireMessage) =>
    send({
      resource: message.route.resource ?? '',
      operation: 'response',
      content: 'OK',
      source: 'edgecontroller',
      parent: message.header.msg_id,
    });
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as WireMessage;
    log.push(message);
    if (options.acks !== false && message.content?.metadata?.uid !== undefined) ack(message);
    for (const wake of [...waiters]) wake();
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  // A refused or broken connection shows in `open` and `closed`.
  socket.on('error', () => {});
  await once(socket, 'open');
  const next: EdgePeer['next'] = (fits) =>
    new Promise((resolve) => {
      const look = () => {
        const at = log.findIndex(fits);
        if (at < 0) return;
        waiters.delete(look);
        resolve(log.splice(at, 1)[0] as WireMessage);
      };
      waiters.add(look);
      look();
    });
  return { socket, log, send, next, closed, reply: (to) => next(({ header }) => header.parent_msg_id === to) };
}

export const ackTo = (message: WireMessage) => ({
  resource: message.route.resource ?? '',
  operation: 'response',
  content: 'OK',
  source: 'edgecontroller',
  parent: message.header.msg_id,
});

export const pod = (name: string, node: string, spec: Partial<PodSpec> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { nodeName: node, containers: [{ name: 'c', image: 'busybox' }], ...spec },
});
