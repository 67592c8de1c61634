import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { silentLog } from '../../lib/index.js';
import {
  createAuthority,
  decodeFrame,
  encodeConnector,
  encodeFrame,
  frameTypes,
  issuePair,
  type TunnelFrame,
  tunnelSocketOptions,
} from '../../wire/index.js';
import { runTunnel } from './tunnel.js';

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const listen = (server: Server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

describe('the tunnel of an edge', { timeout: 30_000 }, () => {
  let folder: string;
  let kubelet: Server;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let tunnels: Server;
  let stop: AbortController;
  let run: Promise<void>;
  let socket: WebSocket;
  let upgrade: IncomingMessage;
  let frames: TunnelFrame[];
  let ended: boolean;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skerry-stream-'));
    const authority = await createAuthority({ commonName: 'KubeEdge' });
    const subject = { commonName: 'KubeEdge', organizations: ['KubeEdge'] };
    const leaf = await issuePair(authority, { subject, usages: ['server'], ipAddresses: ['127.0.0.1'], days: 1 });
    const client = await issuePair(authority, {
      subject: { commonName: 'system:node:edge-1' },
      usages: ['client'],
      days: 1,
    });
    const files = { 'ca.crt': authority.certificatePem, 'edge.crt': client.certificatePem, 'edge.key': client.keyPem };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    answer = (_, response) => response.end();
    kubelet = createServer((request, response) => answer(request, response));
    await listen(kubelet);
    const tls = { cert: leaf.certificatePem, key: leaf.keyPem, ca: authority.certificatePem };
    tunnels = createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: true });
    await listen(tunnels);
    const server = new WebSocketServer({ server: tunnels, ...tunnelSocketOptions });
    const connected = new Promise<void>((resolve) => {
      server.on('connection', (next, request) => {
        [socket, upgrade, frames, ended] = [next, request, [], false];
        next.on('message', (data, binary) => {
          expect(binary).toBe(false);
          frames.push(decodeFrame(data as Buffer));
        });
        next.on('close', () => {
          ended = true;
        });
        resolve();
      });
    });
    stop = new AbortController();
    const config = {
      node: 'edge-1',
      nodeIp: '10.0.0.7',
      server: `127.0.0.1:${portOf(tunnels)}`,
      caFile: join(folder, 'ca.crt'),
      certFile: join(folder, 'edge.crt'),
      keyFile: join(folder, 'edge.key'),
      handshakeTimeoutMs: 5000,
    };
    const address = { address: '127.0.0.1', port: portOf(kubelet) };
    run = runTunnel({ config, kubelet: () => address, log: silentLog }, stop.signal);
    await connected;
  });
  afterEach(async () => {
    stop.abort(new Error('test ends'));
    await run;
    for (const server of [kubelet, tunnels]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    await rm(folder, { recursive: true });
  });

  const connect = (connectId: number, type: number, path: string, headers: Record<string, string[]> = {}) => {
    const url = new URL(`http://127.0.0.1:10350${path}`);
    socket.send(encodeFrame({ connectId, type, payload: encodeConnector({ connectId, url, headers }) }), {
      binary: false,
    });
  };
  const until = async (done: () => boolean) => {
    while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const removed = (id: number) =>
    frames.some(({ connectId, type }) => connectId === id && type === frameTypes.removeConnect);
  const bytesOf = (id: number) =>
    Buffer.concat(
      frames
        .filter(({ connectId, type }) => connectId === id && type === frameTypes.data)
        .map(({ payload }) => payload),
    );

  it('says who it is', () => {
    expect(upgrade.url).toBe('/v1/kubeedge/connect');
    expect(upgrade.headers).toMatchObject({ sessionhostnameoverride: 'edge-1', sessioninternalip: '10.0.0.7' });
  });

  it('fetches logs from edged wherever the connector points, without credentials or compression', async () => {
    const seen: IncomingMessage[] = [];
    answer = (request, response) => {
      seen.push(request);
      response.end('line\n');
    };
    const headers = {
      Authorization: ['Bearer secret'],
      'Accept-Encoding': ['gzip'],
      'User-Agent': ['kubectl'],
      Host: ['evil'],
    };
    connect(7, frameTypes.logsConnect, '/containerLogs/default/web/main?follow=true&tailLines=20', headers);
    await until(() => removed(7));
    expect(bytesOf(7).toString()).toBe('line\n');
    expect(seen[0]?.url).toBe('/containerLogs/default/web/main?follow=true&tailLines=20');
    expect(seen[0]?.headers).toMatchObject({ 'user-agent': 'kubectl', 'accept-encoding': 'identity' });
    expect(seen[0]?.headers.authorization).toBeUndefined();
  });

  it('passes on megabytes of arbitrary bytes in frames of at most 64 KiB', async () => {
    const body = Buffer.alloc(3_000_001, Buffer.from([0xff, 0x00, 0xc3, 0x28]));
    answer = (_, response) => response.end(body);
    connect(1, frameTypes.logsConnect, '/containerLogs/a/b/c');
    await until(() => removed(1));
    expect(bytesOf(1).equals(body)).toBe(true);
    expect(Math.max(...frames.map(({ payload }) => payload.byteLength))).toBeLessThanOrEqual(64 * 1024);
  });

  it('serves others while one stream hangs, and lets go of it when the cloud does', async () => {
    let hung: IncomingMessage | undefined;
    answer = (request, response) => {
      if (!request.url?.includes('slow')) return response.end('quick');
      hung = request;
      response.write('first');
    };
    connect(1, frameTypes.logsConnect, '/containerLogs/a/slow/c?follow=true');
    connect(2, frameTypes.logsConnect, '/containerLogs/a/quick/c');
    connect(3, frameTypes.metricsConnect, '/metrics/resource');
    await until(() => removed(2) && removed(3) && bytesOf(1).length > 0);
    expect(removed(1)).toBe(false);
    const closed = new Promise((resolve) => hung?.socket.once('close', resolve));
    socket.send(encodeFrame({ connectId: 1, type: frameTypes.removeConnect, payload: Buffer.alloc(0) }), {
      binary: false,
    });
    await Promise.all([closed, until(() => removed(1))]);
  });

  it('passes on the text of a failure, and says so when edged is not there', async () => {
    answer = (_, response) => response.writeHead(404).end('pod "x" not found\n');
    connect(1, frameTypes.logsConnect, '/containerLogs/a/x/c');
    await until(() => removed(1));
    expect(bytesOf(1).toString()).toBe('pod "x" not found\n');
    kubelet.closeAllConnections();
    await new Promise((resolve) => kubelet.close(resolve));
    connect(2, frameTypes.logsConnect, '/containerLogs/a/x/c');
    connect(3, frameTypes.metricsConnect, '/stats/summary');
    await until(() => removed(2) && removed(3));
    expect(bytesOf(2).toString()).toContain('ECONNREFUSED');
    expect(bytesOf(3).length).toBe(0);
    await listen(kubelet);
  });

  it.each([
    ['exec', frameTypes.execConnect, '/exec/a/b/c'],
    ['attach', frameTypes.attachConnect, '/attach/a/b/c'],
  ])('refuses %s with an HTTP 501 in the data', async (name, type, path) => {
    connect(9, type, path);
    await until(() => removed(9));
    expect(bytesOf(9).toString()).toMatch(
      new RegExp(`^HTTP/1\\.1 501 Not Implemented\\r\\n[^]*\\r\\n\\r\\n${name} is not supported`),
    );
  });

  it('reaches nothing of edged but logs and metrics', async () => {
    let asked = 0;
    answer = (_, response) => {
      asked += 1;
      response.end('secret');
    };
    for (const [index, path] of ['/pods', '/containerLogs/../pods', '/exec/a/b/c'].entries()) {
      connect(index + 1, frameTypes.logsConnect, path);
      await until(() => removed(index + 1));
    }
    expect([asked, frames.filter(({ type }) => type === frameTypes.data).length]).toEqual([0, 0]);
  });

  it('takes any bytes for a frame without falling over', async () => {
    answer = (_, response) => response.end('alive');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
        // Type 5 of id 0 is how a cloud ends the session.
        fc.pre(!(bytes.length > 1 && bytes.includes(5)));
        socket.send(Buffer.from(bytes), { binary: false });
      }),
      { numRuns: 200 },
    );
    connect(4_000_000, frameTypes.metricsConnect, '/metrics');
    await until(() => removed(4_000_000));
    expect(bytesOf(4_000_000).toString()).toBe('alive');
    expect(ended).toBe(false);
  });

  it('dials again after the cloud ended the session', async () => {
    const before = socket;
    before.send(encodeFrame({ connectId: 0, type: frameTypes.closeConnect, payload: Buffer.from('why') }), {
      binary: false,
    });
    await until(() => socket !== before);
  });
});
