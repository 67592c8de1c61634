import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAuthority, issuePair } from '../../wire/index.js';
import { startCluster, type TestCluster } from '../testing/start-cluster.js';

// Real sockets and disks on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const home = '/api/v1/namespaces/default';
let cluster: TestCluster;
let streams: Server;
let folder: string;
/** What the stream server answers with; set by each test. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-streams-'));
  const authority = await createAuthority({ commonName: 'streams' });
  const { certificatePem: cert, keyPem: key } = await issuePair(authority, {
    subject: { commonName: 'stream-server' },
    usages: ['server'],
    ipAddresses: ['127.0.0.1'],
    days: 1,
  });
  const streamCaFile = join(folder, 'ca.crt');
  writeFileSync(streamCaFile, authority.certificatePem);
  streams = createServer({ cert, key, requestCert: true, rejectUnauthorized: false }, (request, response) =>
    answer(request, response),
  );
  await new Promise<void>((resolve) => streams.listen(0, '127.0.0.1', resolve));
  const { port } = streams.address() as AddressInfo;
  cluster = await startCluster({ streamEndpoint: `https://127.0.0.1:${port}`, streamCaFile });
  await cluster.ask('POST', '/api/v1/nodes', { body: { metadata: { name: 'n1' } } });
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  streams.closeAllConnections();
  streams.close();
  rmSync(folder, { recursive: true });
});

const newPod = async (name: string, spec: object = {}) => {
  const containers = [{ name: 'c', image: 'i' }];
  return (await cluster.ask('POST', `${home}/pods`, { body: { metadata: { name }, spec: { containers, ...spec } } }))
    .body;
};

describe('binding', () => {
  const bind = (name: string, node: string) =>
    cluster.ask('POST', `${home}/pods/${name}/binding`, {
      body: { metadata: { name }, target: { kind: 'Node', name: node } },
    });

  it('assigns a pod once', async () => {
    const pod = await newPod('b1');
    const { code, body } = await bind('b1', 'n1');
    expect([code, body.status]).toEqual([201, 'Success']);
    const bound = (await cluster.ask('GET', `${home}/pods/b1`)).body;
    expect([bound.spec.nodeName, bound.metadata.generation]).toEqual(['n1', pod.metadata.generation + 1]);
    expect(bound.status.conditions).toMatchObject([{ type: 'PodScheduled', status: 'True' }]);
    expect((await bind('b1', 'n1')).code).toBe(409);
    expect((await bind('absent', 'n1')).code).toBe(404);
  });

  it('works through POST /bindings, and wants a node that exists', async () => {
    await newPod('b2');
    const post = (name: string) =>
      cluster.ask('POST', `${home}/bindings`, { body: { metadata: { name: 'b2' }, target: { kind: 'Node', name } } });
    expect((await post('nowhere')).code).toBe(400);
    expect((await post('n1')).code).toBe(201);
    expect((await cluster.ask('GET', `${home}/bindings`)).code).toBe(405);
  });
});

describe('eviction', () => {
  it('says so in the conditions and deletes with grace', async () => {
    await newPod('e1', { nodeName: 'n1' });
    const { code } = await cluster.ask('POST', `${home}/pods/e1/eviction`, {
      body: {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'e1' },
        deleteOptions: { gracePeriodSeconds: 7 },
      },
    });
    expect(code).toBe(201);
    const { metadata, status } = (await cluster.ask('GET', `${home}/pods/e1`)).body;
    expect(metadata.deletionGracePeriodSeconds).toBe(7);
    expect(status.conditions).toMatchObject([{ type: 'DisruptionTarget', reason: 'EvictionByEvictionAPI' }]);
  });
});

describe('log', () => {
  it('passes the question on with our certificate, and the answer as it comes', async () => {
    await newPod('l1', { nodeName: 'n1' });
    let asked: string | undefined;
    let client: string | undefined;
    let release = () => {};
    answer = (request, response) => {
      asked = request.url;
      client = (request.socket as TLSSocket).getPeerX509Certificate()?.subject;
      response.write('first\n');
      release = () => response.end('second\n');
    };
    const response = await cluster.open('GET', `${home}/pods/l1/log?follow=true&tailLines=5&container=c&pretty=1`);
    expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'text/plain']);
    const chunks: string[] = [];
    for await (const chunk of response) {
      chunks.push(String(chunk));
      // The second line is written only after the first has come through.
      if (chunks.length === 1) release();
    }
    expect(chunks.join('')).toBe('first\nsecond\n');
    expect(asked).toBe('/containerLogs/default/l1/c?follow=true&tailLines=5');
    expect(client).toContain('CN=kube-apiserver-kubelet-client');
  });

  it('hangs up on the node when the client goes', async () => {
    await newPod('l2', { nodeName: 'n1' });
    const gone = new Promise<void>((resolve) => {
      answer = (_request, response) => {
        response.write('x\n');
        response.on('close', resolve);
      };
    });
    const response = await cluster.open('GET', `${home}/pods/l2/log?follow=true`);
    response.once('data', () => response.destroy());
    await gone;
  });

  it('tells what is wrong', async () => {
    const containers = [
      { name: 'a', image: 'i' },
      { name: 'b', image: 'i' },
    ];
    await newPod('l3', { nodeName: 'n1', containers });
    const which = await cluster.ask('GET', `${home}/pods/l3/log`);
    expect([which.code, which.body.message]).toEqual([
      400,
      'a container name must be specified for pod l3, choose one of: [a b]',
    ]);
    expect((await cluster.ask('GET', `${home}/pods/l3/log?container=z`)).code).toBe(400);
    answer = (_request, response) =>
      response.writeHead(400).end('container "a" in pod "l3" is waiting to start: ContainerCreating\n');
    const waiting = await cluster.ask('GET', `${home}/pods/l3/log?container=a`);
    expect(waiting.body).toMatchObject({
      code: 400,
      message: 'container "a" in pod "l3" is waiting to start: ContainerCreating',
    });
    await newPod('l4');
    expect(await cluster.ask('GET', `${home}/pods/l4/log`)).toMatchObject({ code: 200, text: '' });
  });
});

describe('token', () => {
  const request = (spec: object) => cluster.ask('POST', `${home}/serviceaccounts/default/token`, { body: { spec } });

  it('stands for the account until the pod it is bound to is gone, and may do nothing yet', async () => {
    const pod = await newPod('t1');
    const { code, body } = await request({ boundObjectRef: { kind: 'Pod', name: 't1', uid: pod.metadata.uid } });
    expect([code, body.kind, body.spec.expirationSeconds]).toEqual([201, 'TokenRequest', 3600]);
    const asAccount = { token: body.status.token, anonymous: true };
    const refused = await cluster.ask('GET', `${home}/pods`, asAccount);
    expect([refused.code, refused.body.reason]).toEqual([403, 'Forbidden']);
    expect(refused.body.message).toContain(
      'pods is forbidden: User "system:serviceaccount:default:default" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    expect((await cluster.ask('GET', '/api/v1', asAccount)).code).toBe(200);
    await cluster.ask('DELETE', `${home}/pods/t1`);
    expect((await cluster.ask('GET', '/api/v1', asAccount)).code).toBe(401);
  });

  it('lives a year when asked for the special time, and not shorter than ten minutes', async () => {
    const { body } = await request({ expirationSeconds: 3607 });
    const claims = JSON.parse(Buffer.from(body.status.token.split('.')[1], 'base64url').toString());
    expect(claims.exp - claims.iat).toBe(31_536_000);
    expect(claims['kubernetes.io'].warnafter - claims.iat).toBe(3607);
    expect((await request({ expirationSeconds: 60 })).code).toBe(422);
    expect((await request({ boundObjectRef: { kind: 'Pod', name: 'absent' } })).code).toBe(404);
  });

  it('for another audience does not open this server, nor does a changed one', async () => {
    const elsewhere = (await request({ audiences: ['elsewhere'] })).body.status.token;
    const own = (await request({})).body.status.token as string;
    const forged = `${own.slice(0, -8)}AAAAAAAA`;
    for (const token of [elsewhere, forged, 'nonsense']) {
      expect((await cluster.ask('GET', '/api/v1', { token, anonymous: true })).code).toBe(401);
    }
    const { keys } = (await cluster.ask('GET', '/openid/v1/jwks')).body;
    expect(keys).toMatchObject([{ kty: 'EC', crv: 'P-256', alg: 'ES256' }]);
    expect(keys[0]).not.toHaveProperty('d');
  });
});

describe('scale', () => {
  it('shows and changes the size of a custom object', async () => {
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const scale = { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' };
    await cluster.ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      body: {
        metadata: { name: 'fleets.example.com' },
        spec: {
          group: 'example.com',
          scope: 'Namespaced',
          names: { plural: 'fleets', kind: 'Fleet' },
          versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { scale } }],
        },
      },
    });
    const fleets = '/apis/example.com/v1/namespaces/default/fleets';
    await cluster.ask('POST', fleets, { body: { metadata: { name: 'f' }, spec: { size: 2, keep: true } } });
    const { body } = await cluster.ask('GET', `${fleets}/f/scale`);
    expect(body).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 2 },
      status: { replicas: 0 },
    });
    const patch = { type: 'application/merge-patch+json', body: { spec: { replicas: 9 } } };
    expect((await cluster.ask('PATCH', `${fleets}/f/scale`, patch)).body.spec.replicas).toBe(9);
    expect((await cluster.ask('GET', `${fleets}/f`)).body.spec).toEqual({ size: 9, keep: true });
    expect((await cluster.ask('PUT', `${fleets}/f/scale`, { body: { ...body, spec: { replicas: 1 } } })).code).toBe(
      409,
    );
  });
});
