import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../lib/index.js';
import {
  createAuthority,
  createMessage,
  createToken,
  derOf,
  type Link,
  privateKeyDer,
  readRequest,
} from '../../wire/index.js';
import type { CloudConnection } from './connection.js';
import { createEdgeRequest } from './edge-request.js';
import { runHub } from './hub.js';
import type { HubConfig } from './hub-config.js';
import { loadIdentity } from './identity.js';
import { rotationTime } from './rotation.js';
import { type CloudServer, startCloudServer } from './test-cloud-server.js';

describe('the signing request of a node', () => {
  it.each(['edge-1', 'n', `${'long-name.'.repeat(20)}x`])('for %s verifies and names it', async (node) => {
    const { subject } = await readRequest(createEdgeRequest(node).csrDer);
    expect(subject).toEqual({ commonName: `system:node:${node}`, organizations: ['system:nodes'] });
  });
});

describe('the time of rotation', () => {
  it('lies between 70 % and 90 % of the life of a certificate', () => {
    const certificate = { notBefore: new Date(0), notAfter: new Date(1000) };
    expect([rotationTime(certificate, () => 0), rotationTime(certificate, () => 1)].map(Number)).toEqual([700, 900]);
  });
});

describe('the hub', { timeout: 30_000 }, () => {
  let folder: string;
  let cloud: CloudServer;
  let stop: AbortController;
  let served: CloudConnection[];
  let identified: number;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skerry-hub-'));
    cloud = await startCloudServer();
    stop = new AbortController();
    served = [];
    identified = 0;
  });
  afterEach(async () => {
    stop.abort(new Error('test ends'));
    await cloud.stop();
    await rm(folder, { recursive: true });
  });

  const configOf = (more: Partial<HubConfig> = {}): HubConfig => ({
    node: 'edge-1',
    server: cloud.server,
    httpServer: cloud.httpServer,
    projectId: 'p1',
    token: cloud.token,
    caFile: join(folder, 'ca', 'rootCA.crt'),
    certFile: join(folder, 'certs', 'server.crt'),
    keyFile: join(folder, 'certs', 'server.key'),
    rotateCertificates: true,
    heartbeatMs: 15_000,
    handshakeTimeoutMs: 5000,
    ...more,
  });
  const start = (more: Partial<HubConfig> = {}, options: { now?: () => Date } = {}) =>
    runHub(
      {
        config: configOf(more),
        log: silentLog,
        identified: () => {
          identified += 1;
        },
        async serve(connection, signal) {
          served.push(connection);
          signal.addEventListener('abort', () => connection.link.close());
          await connection.link.closed;
        },
        ...options,
      },
      stop.signal,
    );
  const firstMessage = async (link: Link) => (await link.receive()[Symbol.asyncIterator]().next()).value;

  it('joins with its token, keeps its files, dials with its headers and says that it lives', async () => {
    const run = start();
    const link = await cloud.nextLink();
    expect(await firstMessage(link)).toMatchObject({
      source: 'websocket',
      operation: 'keepalive',
      resource: 'node',
      content: 'ping',
    });
    expect(cloud.upgrades[0]?.url).toBe('/p1/edge-1/events');
    expect(cloud.upgrades[0]?.headers).toMatchObject({ node_id: 'edge-1', project_id: 'p1', connectionuse: 'msg' });
    expect(cloud.upgrades[0]?.headers).not.toHaveProperty('origin');
    expect(cloud.upgrades[0]?.headers).not.toHaveProperty('sec-websocket-extensions');
    expect(cloud.requests).toEqual([
      { authorization: `Bearer ${cloud.token.split('.').slice(1).join('.')}`, client: undefined },
    ]);
    const { caFile, certFile, keyFile } = configOf();
    const modes = await Promise.all([caFile, certFile, keyFile].map(async (file) => (await stat(file)).mode & 0o777));
    expect(modes).toEqual([0o644, 0o644, 0o600]);
    expect(await readFile(keyFile, 'utf8')).toContain('EC PRIVATE KEY');
    stop.abort(new Error('stop'));
    await run;
  });

  it('uses the certificate it has, token or not, and joins anew when it is of another node', async () => {
    const first = start();
    await cloud.nextLink();
    stop.abort(new Error('stop'));
    await first;
    stop = new AbortController();
    const again = start({ token: '' });
    await cloud.nextLink();
    expect(cloud.requests).toHaveLength(1);
    stop.abort(new Error('stop'));
    await again;
    expect(await loadIdentity({ ...configOf(), node: 'edge-2' })).toBeUndefined();
    await writeFile(configOf().keyFile, 'cut sho');
    expect(await loadIdentity(configOf())).toBeUndefined();
  });

  it.each([
    ['is empty', () => '', 'invalid'],
    ['is malformed', () => 'abc', 'invalid'],
    [
      'is of another cloud',
      async () => {
        const other = await createAuthority({ commonName: 'KubeEdge' });
        const expiresAt = new Date(Date.now() + 60_000);
        return createToken({ caDer: derOf(other.certificatePem), caKeyDer: privateKeyDer(other.keyPem), expiresAt });
      },
      'denied',
    ],
  ])('gives up with a sentence when the token %s, and asks for no certificate', async (_, token, code) => {
    await expect(start({ token: await token() })).rejects.toMatchObject({ code });
    expect(cloud.requests).toEqual([]);
  });

  it('gives up when the cloud refuses the token', async () => {
    cloud.refuse = 401;
    await expect(start()).rejects.toMatchObject({ code: 'denied', message: expect.stringContaining('401') });
  });

  it('keeps trying to join while the cloud fails, and while nobody is there', async () => {
    cloud.refuse = 500;
    const run = start();
    while (cloud.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    cloud.refuse = undefined;
    await cloud.nextLink();
    stop.abort(new Error('stop'));
    await run;
    stop = new AbortController();
    const closed = start({ node: 'edge-2', httpServer: 'https://127.0.0.1:1' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    stop.abort(new Error('stop'));
    await closed;
  });

  it('comes back when the cloud closes the link, and when the cloud was away', async () => {
    const run = start();
    const link = await cloud.nextLink();
    link.close('go away');
    await cloud.nextLink();
    const port = Number(cloud.server.split(':')[1]);
    await cloud.stop();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { authority } = cloud;
    cloud = await startCloudServer({ authority, port });
    await cloud.nextLink();
    stop.abort(new Error('stop'));
    await run;
  });

  it('does not talk to a server that another CA vouches for', async () => {
    const run = start();
    await cloud.nextLink();
    const port = Number(cloud.server.split(':')[1]);
    await cloud.stop();
    cloud = await startCloudServer({ port });
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(cloud.upgrades).toEqual([]);
    expect(served).toHaveLength(1);
    stop.abort(new Error('stop'));
    await run;
  });

  it('renews its certificate with the one it holds, and dials anew with it', async () => {
    const first = start();
    await cloud.nextLink();
    const before = await readFile(configOf().certFile, 'utf8');
    stop.abort(new Error('stop'));
    await first;
    stop = new AbortController();
    // Nine and a half of ten days later; after that time stands at the new certificate's start.
    let late = true;
    const now = () => {
      const at = new Date(Date.now() + (late ? 9.5 * 86_400_000 : 0));
      late = false;
      return at;
    };
    const run = start({ token: '' }, { now: () => (cloud.requests.length > 1 ? new Date() : now()) });
    await cloud.nextLink();
    while ((await readFile(configOf().certFile, 'utf8')) === before)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(cloud.requests.at(-1)).toEqual({ authorization: undefined, client: 'system:node:edge-1' });
    expect(identified).toBeGreaterThanOrEqual(2);
    stop.abort(new Error('stop'));
    await run;
  });

  it('tells when the cloud has read what was sent, and fails that when the link goes down', async () => {
    const run = start();
    const link = await cloud.nextLink();
    while (served.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const { link: edge, barrier } = served[0] as CloudConnection;
    await edge.send(createMessage({ operation: 'insert', resource: 'default/event/e', content: {} }));
    await barrier();
    link.close('bye');
    await edge.closed;
    await expect(barrier()).rejects.toMatchObject({ code: 'unavailable' });
    stop.abort(new Error('stop'));
    await run;
  });
});
