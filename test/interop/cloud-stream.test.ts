import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Node, resources } from '../../src/kube/index.js';
import {
  type Authority,
  createAuthority,
  decodeConnector,
  decodeFrame,
  encodeFrame,
  frameTypes,
  issuePair,
  type TunnelFrame,
} from '../../src/wire/index.js';
import { type Cloud, type Credentials, get, joinEdge, pod, startCloud } from './cloud-harness.js';

async function dialTunnel(cloud: Cloud, node: string, credentials: Credentials) {
  const socket = new WebSocket(`wss://127.0.0.1:${cloud.ports.tunnel}/v1/kubeedge/connect`, {
    ...credentials,
    perMessageDeflate: false,
    skipUTF8Validation: true,
    headers: { SessionHostNameOverride: node, SessionInternalIP: '10.0.0.9' },
  });
  const frames: TunnelFrame[] = [];
  socket.on('message', (data) => frames.push(decodeFrame(data as Buffer)));
  socket.on('error', () => {});
  await once(socket, 'open');
  return {
    socket,
    frame: async (type: number) => {
      await expect.poll(() => frames.some((frame) => frame.type === type)).toBe(true);
      return frames.splice(
        frames.findIndex((frame) => frame.type === type),
        1,
      )[0] as TunnelFrame;
    },
    send: (connectId: number, type: number, payload = Buffer.alloc(0)) =>
      socket.send(encodeFrame({ connectId, type, payload }), { binary: false }),
  };
}

/** The API server's own certificate towards kubelets. */
async function apiServer(cloud: Cloud, authority: Authority) {
  const pair = await issuePair(authority, { subject: { commonName: 'kube-apiserver' }, usages: ['client'], days: 1 });
  const ca = (await import('node:fs')).readFileSync(`${cloud.folder}/rootCA.crt`, 'utf8');
  return { ca, cert: pair.certificatePem, key: pair.keyPem };
}

async function setUp() {
  const kubeCa = await createAuthority({ commonName: 'kubernetes' });
  const cloud = await startCloud({ kubeCaPem: kubeCa.certificatePem });
  await cloud.kube.create(resources.nodes, { metadata: { name: 'edge1' } } as Node);
  await cloud.kube.create(resources.pods, pod('p', 'edge1'));
  const credentials = await joinEdge(cloud, 'edge1');
  const caller = await apiServer(cloud, kubeCa);
  const open = async (path: string) => {
    const outgoing = request({ host: '127.0.0.1', port: cloud.ports.stream, path, agent: false, ...caller });
    outgoing.on('error', () => {});
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return { outgoing, response };
  };
  return { cloud, credentials, caller, open };
}

const bytes = Buffer.from([0xff, 0x00, 0xc3, 0x28, 0x0a]);

describe('the stream tunnel', () => {
  it('carries a log from the edge, any bytes, to its end', async () => {
    const { cloud, credentials, open } = await setUp();
    await using _cloud = cloud;
    const edge = await dialTunnel(cloud, 'edge1', credentials);
    const { response } = await open('/containerLogs/default/p/c?follow=true&tailLines=20');
    expect(response.statusCode).toBe(200);
    const { connectId, payload } = await edge.frame(frameTypes.logsConnect);
    expect(decodeConnector(payload)).toMatchObject({ connectId });
    expect(decodeConnector(payload).url.href).toBe(
      'http://127.0.0.1:10350/containerLogs/default/p/c?follow=true&tailLines=20',
    );
    edge.send(connectId, frameTypes.data, bytes);
    edge.send(connectId + 7, frameTypes.data, Buffer.from('for nobody'));
    edge.send(connectId, frameTypes.removeConnect);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks)).toEqual(bytes);
  });

  it('writes where the kubelet API is into the node', async () => {
    const { cloud, credentials } = await setUp();
    await using _cloud = cloud;
    await dialTunnel(cloud, 'edge1', credentials);
    await expect
      .poll(async () => (await cloud.kube.get(resources.nodes, { name: 'edge1' })).status?.daemonEndpoints)
      .toEqual({ kubeletEndpoint: { Port: cloud.ports.stream } });
  });

  it('tells the edge when the client has gone', async () => {
    const { cloud, credentials, open } = await setUp();
    await using _cloud = cloud;
    const edge = await dialTunnel(cloud, 'edge1', credentials);
    const { outgoing } = await open('/containerLogs/default/p/c');
    const { connectId } = await edge.frame(frameTypes.logsConnect);
    outgoing.destroy();
    expect((await edge.frame(frameTypes.removeConnect)).connectId).toBe(connectId);
  });

  it('ends the client when the edge has gone', async () => {
    const { cloud, credentials, open } = await setUp();
    await using _cloud = cloud;
    const edge = await dialTunnel(cloud, 'edge1', credentials);
    const { response } = await open('/containerLogs/default/p/c');
    response.resume();
    await edge.frame(frameTypes.logsConnect);
    edge.socket.terminate();
    await once(response, 'end');
  });

  it('finds the node of a metrics request in the proxy header', async () => {
    const { cloud, credentials, caller } = await setUp();
    await using _cloud = cloud;
    const edge = await dialTunnel(cloud, 'edge1', credentials);
    const headers = { 'X-Forwarded-Uri': '/api/v1/nodes/edge1/proxy/metrics/resource', Authorization: 'Bearer secret' };
    const answer = get(cloud.ports.stream, '/metrics/resource', { ...caller, headers });
    const { connectId, payload } = await edge.frame(frameTypes.metricsConnect);
    expect(payload.toString()).not.toContain('secret');
    edge.send(connectId, frameTypes.data, Buffer.from('up 1\n'));
    edge.send(connectId, frameTypes.removeConnect);
    expect((await answer).body.toString()).toBe('up 1\n');
  });

  it.each([
    ['/containerLogs/default/absent/c', 404],
    ['/containerLogs/default/p/c', 503],
    ['/exec/default/p/c', 501],
    ['/portForward/default/p', 501],
    ['/pods', 404],
    ['/containerLogs/%ff/p/c', 400],
  ])('answers %s with %i while no tunnel is there', async (path, status) => {
    const { cloud, caller } = await setUp();
    await using _cloud = cloud;
    expect((await get(cloud.ports.stream, path, caller)).status).toBe(status);
  });

  it('serves nobody without a certificate of the cluster, and no edge under a foreign name', async () => {
    const { cloud, credentials, caller } = await setUp();
    await using _cloud = cloud;
    await expect(get(cloud.ports.stream, '/metrics', { ca: caller.ca })).rejects.toThrow();
    await expect(dialTunnel(cloud, 'edge2', credentials)).rejects.toThrow('403');
  });

  it('drops the tunnel of an edge that sends a bad frame, and no other', async () => {
    const { cloud, credentials } = await setUp();
    await using _cloud = cloud;
    const other = await dialTunnel(cloud, 'edge2', await joinEdge(cloud, 'edge2'));
    const bad = await dialTunnel(cloud, 'edge1', credentials);
    bad.socket.send(Buffer.alloc(20, 0xff), { binary: false });
    await once(bad.socket, 'close');
    expect(other.socket.readyState).toBe(WebSocket.OPEN);
  });
});
