import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { resources } from '../../src/kube/index.js';
import {
  createAuthority,
  createEdgeRequest,
  issuePair,
  nodeCommonName,
  nodeOrganization,
  pemOf,
} from '../../src/wire/index.js';
import {
  type Cloud,
  type Credentials,
  connectEdge,
  type EdgePeer,
  get,
  joinEdge,
  startCloud,
  tokenOf,
} from './cloud-harness.js';

const nodeSubject = (node: string) => ({ commonName: nodeCommonName(node), organizations: [nodeOrganization] });

describe('hostile peers cost only their own connection', () => {
  let cloud: Cloud;
  let credentials: Credentials;
  let bystander: EdgePeer;
  const stillServed = async () => {
    const answer = bystander.send({ resource: 'kube-node-lease/lease/good', operation: 'query', content: null });
    expect((await bystander.reply(answer)).content.Err.ErrStatus.reason).toBe('NotFound');
  };

  beforeAll(async () => {
    cloud = await startCloud({ hub: { nodeLimit: 2 } });
    credentials = await joinEdge(cloud, 'edge1');
    bystander = await connectEdge(cloud, 'good', await joinEdge(cloud, 'good'));
  });
  afterAll(() => cloud[Symbol.asyncDispose]());

  it.each(['garbage', '[]', '{"header":7}', '"text"', '{"route":{"resource":5}}'])(
    'ends on the frame %s',
    async (frame) => {
      const edge = await connectEdge(cloud, 'edge1', credentials);
      edge.socket.send(frame);
      await edge.closed;
      await stillServed();
    },
  );

  it.each([
    'null',
    '{}',
    '{"header":null,"route":null,"content":null}',
    '{"route":{"operation":"insert","resource":"null/node/edge1"}}',
    '{"route":{"operation":"update","resource":"null/node/edge1","source":null}}',
    '{"route":{"operation":"patch","resource":"default/podpatch/p"},"content":"null"}',
    '{"route":{"operation":"patch","resource":"default/event/e"},"content":{"event":null,"patchData":null}}',
    '{"route":{"operation":"query","resource":"default/serviceaccounttoken/default"},"content":{"spec":null}}',
    '{"route":{"operation":"delete","resource":"default/pod/p"},"content":{"preconditions":null}}',
    '{"route":{"operation":"response","resource":"x"},"header":{"parent_msg_id":"never-sent"}}',
    '{"route":{"operation":"insert","resource":"../../etc/passwd"},"content":{}}',
    '{"route":{"operation":"query","resource":"default/__proto__/x"}}',
    '{"route":{"operation":"constructor","resource":"default/pod/x"}}',
  ])('lives on after %s', async (frame) => {
    const edge = await connectEdge(cloud, 'edge1', credentials);
    edge.socket.send(frame);
    const asked = edge.send({ resource: 'kube-node-lease/lease/edge1', operation: 'query', content: null });
    await edge.reply(asked);
    await stillServed();
  });

  it('ends on a frame header that announces a gigabyte', async () => {
    const edge = await connectEdge(cloud, 'edge1', credentials);
    const raw = (edge.socket as unknown as { _socket: Socket })._socket;
    raw.write(Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4]));
    await edge.closed;
    await stillServed();
  });

  it.each([
    ['without a certificate', async () => ({ ca: credentials.ca })],
    [
      'with the certificate of another CA',
      async () => {
        const pair = await issuePair(await createAuthority({ commonName: 'KubeEdge' }), {
          subject: nodeSubject('edge1'),
          usages: ['client'],
          days: 1,
        });
        return { ca: credentials.ca, cert: pair.certificatePem, key: pair.keyPem };
      },
    ],
  ])('refuses a connection %s', async (_name, tls) => {
    await expect(connectEdge(cloud, 'edge1', (await tls()) as Credentials)).rejects.toThrow();
    await stillServed();
  });

  it('refuses a node under the name of another', async () => {
    await expect(connectEdge(cloud, 'good', credentials)).rejects.toThrow('403');
    await stillServed();
  });

  it('refuses a connection without its headers, and one above the node limit', async () => {
    const url = `wss://127.0.0.1:${cloud.ports.websocket}/p/edge1/events`;
    const plain = new WebSocket(url, { ...credentials, headers: { node_id: 'edge1' } });
    await expect(once(plain, 'open')).rejects.toThrow('400');
    const edge = await connectEdge(cloud, 'edge1', credentials);
    await expect(connectEdge(cloud, 'third', await joinEdge(cloud, 'third'))).rejects.toThrow('503');
    edge.socket.terminate();
    await edge.closed;
  });

  it('is not held up by connections that say nothing', async () => {
    const silent = [cloud.ports.websocket, cloud.ports.https, cloud.ports.tunnel].map((port) =>
      connectTcp(port, '127.0.0.1'),
    );
    const secure = connectTls({ port: cloud.ports.websocket, host: '127.0.0.1', ...credentials });
    await Promise.all([...silent.map((socket) => once(socket, 'connect')), once(secure, 'secureConnect')]);
    silent[1]?.write(Buffer.from('this is not TLS'));
    await stillServed();
    for (const socket of [...silent, secure]) socket.destroy();
  });

  it('refuses certificate requests without a right to them', async () => {
    const { csrDer } = await createEdgeRequest('edge1');
    const token = (await tokenOf(cloud.kube)).split('.').slice(1).join('.');
    const apply = (headers: Record<string, string>, body = csrDer, tls = {}) =>
      get(cloud.ports.https, '/edge.crt', { ca: credentials.ca, headers, body, ...tls });
    const bearer = (value: string) => ({ NodeName: 'edge1', Authorization: `Bearer ${value}` });

    expect((await apply({ NodeName: 'edge1' })).status).toBe(401);
    expect((await apply(bearer('a.b.c'))).status).toBe(401);
    expect((await apply({ ...bearer(token), NodeName: 'edge2' })).status).toBe(401);
    expect((await apply(bearer(token), Buffer.from('rubbish'))).status).toBe(500);
    expect((await apply({ ...bearer(token), ExtKeyUsages: '{' })).status).toBe(500);
    const stranger = await joinEdge(cloud, 'edge2');
    expect((await apply(bearer(token), csrDer, stranger)).status).toBe(401);
  });

  it('renews a certificate for its holder without a token', async () => {
    const { csrDer } = await createEdgeRequest('edge1');
    const answer = await get(cloud.ports.https, '/edge.crt', {
      ...credentials,
      headers: { NodeName: 'edge1' },
      body: csrDer,
    });
    expect(answer.status).toBe(200);
    expect(pemOf('CERTIFICATE', answer.body)).toContain('BEGIN CERTIFICATE');
  });

  it('ends a session whose keepalives stop', async () => {
    await using strict = await startCloud({ hub: { keepaliveInterval: 0.05 } });
    const edge = await connectEdge(strict, 'edge1', await joinEdge(strict, 'edge1'));
    await edge.closed;
    await strict.kube.get(resources.secrets, { namespace: 'kubeedge', name: 'casecret' });
  });
});
