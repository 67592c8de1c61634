import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { EdgeError } from '../lib/index.js';
import { createKubeClient, failureStatus, type KubeClient, resources, statusOf } from './index.js';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A client and the server it talks to, over a real socket. */
async function open(handler: Handler, options: { requestTimeoutMs?: number; token?: string } = {}) {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    handler(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = createKubeClient({ server: `http://127.0.0.1:${port}/prefix`, random: () => 0, ...options });
  return {
    client,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const json = (response: ServerResponse, code: number, body: unknown) => {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};
const failure = async (promise: Promise<unknown>): Promise<EdgeError> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(EdgeError);
  return error as EdgeError;
};
const pod = { namespace: 'n', name: 'p' };
const watchAll = async (client: KubeClient, signal = new AbortController().signal) => {
  const seen = [];
  for await (const event of client.watch(resources.pods, { resourceVersion: '5' }, signal)) seen.push(event);
  return seen;
};

describe('the API client', () => {
  it('asks for the right paths with the right bodies', async () => {
    const calls: [string, string, string | undefined, unknown][] = [];
    await using opened = await open((request, response, body) => {
      calls.push([request.method ?? '', request.url ?? '', request.headers['content-type'], body && JSON.parse(body)]);
      json(response, 200, {});
    });
    const { client } = opened;
    await client.get(resources.leases, pod);
    await client.create(resources.pods, { metadata: { namespace: 'n' } }, { dryRun: true });
    await client.update(resources.nodes, { metadata: { name: 'a b' } }, { subresource: 'status' });
    await client.patch(resources.pods, pod, { kind: 'strategic', body: { x: 1 } }, { subresource: 'status' });
    await client.post(resources.pods, pod, 'binding', { target: {} });
    await client.delete(resources.pods, pod, { gracePeriodSeconds: 0, uid: 'u' });
    const kind = 'application/json';
    expect(calls).toEqual([
      ['GET', '/prefix/apis/coordination.k8s.io/v1/namespaces/n/leases/p', undefined, ''],
      [
        'POST',
        '/prefix/api/v1/namespaces/n/pods?dryRun=All',
        kind,
        { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'n' } },
      ],
      ['PUT', '/prefix/api/v1/nodes/a%20b/status', kind, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a b' } }],
      ['PATCH', '/prefix/api/v1/namespaces/n/pods/p/status', 'application/strategic-merge-patch+json', { x: 1 }],
      ['POST', '/prefix/api/v1/namespaces/n/pods/p/binding', kind, { target: {} }],
      [
        'DELETE',
        '/prefix/api/v1/namespaces/n/pods/p',
        kind,
        { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0, preconditions: { uid: 'u' } },
      ],
    ]);
  });

  it('refuses names that address another path before it sends anything', async () => {
    await using opened = await open(() => expect.unreachable());
    for (const name of ['', '.', '..']) {
      expect((await failure(opened.client.delete(resources.pods, { namespace: 'n', name }))).code).toBe('invalid');
    }
  });

  it.each([
    [400, 'BadRequest', 'invalid'],
    [401, 'Unauthorized', 'denied'],
    [403, 'Forbidden', 'denied'],
    [404, 'NotFound', 'not-found'],
    [405, 'MethodNotAllowed', 'unsupported'],
    [409, 'AlreadyExists', 'already-exists'],
    [409, 'Conflict', 'conflict'],
    [410, 'Expired', 'gone'],
    [413, 'RequestEntityTooLarge', 'too-large'],
    [415, 'UnsupportedMediaType', 'unsupported'],
    [422, 'Invalid', 'invalid'],
    [429, 'TooManyRequests', 'unavailable'],
    [500, 'InternalError', 'unavailable'],
    [503, 'ServiceUnavailable', 'unavailable'],
    [504, 'Timeout', 'timeout'],
  ])('maps %i %s to %s and keeps the Status', async (code, reason, expected) => {
    const status = failureStatus(code, reason, 'why', { retryAfterSeconds: 3 });
    await using opened = await open((_request, response) => json(response, code, status));
    const error = await failure(opened.client.get(resources.pods, pod));
    expect([error.code, error.message]).toEqual([expected, 'why']);
    expect(statusOf(error)).toEqual(status);
  });

  it('quotes a refusal that is no Status and refuses a success that is no JSON', async () => {
    await using opened = await open((request, response) => {
      response.statusCode = request.url?.endsWith('/bad') ? 502 : 200;
      response.end('<html>gateway</html>');
    });
    const error = await failure(opened.client.get(resources.pods, { namespace: 'n', name: 'bad' }));
    expect([error.code, error.message]).toEqual(['unavailable', 'HTTP 502: <html>gateway</html>']);
    expect((await failure(opened.client.get(resources.pods, pod))).code).toBe('unavailable');
  });

  it('collects the pages of a list and starts over in one when they expire', async () => {
    const asked: string[] = [];
    const item = (name: string) => ({ metadata: { name } });
    await using opened = await open((request, response) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams;
      asked.push(`${query.get('limit')}/${query.get('continue')}`);
      if (query.get('continue') === 'c2') return json(response, 410, failureStatus(410, 'Expired', 'old'));
      const page = query.get('limit') === null ? ['a', 'b', 'c'] : query.get('continue') ? ['b'] : ['a'];
      const next = query.get('limit') === null ? undefined : query.get('continue') ? 'c2' : 'c1';
      json(response, 200, { metadata: { resourceVersion: '7', continue: next }, items: page.map(item) });
    });
    const { items, resourceVersion } = await opened.client.list(resources.nodes, {});
    expect(items).toEqual(['a', 'b', 'c'].map((name) => ({ apiVersion: 'v1', kind: 'Node', ...item(name) })));
    expect([resourceVersion, ...asked]).toEqual(['7', '500/null', '500/c1', '500/c2', 'null/null']);
  });

  it('reads watch events however the bytes are cut', async () => {
    const object = { metadata: { name: 'ü', resourceVersion: '6' } };
    const lines = [
      { type: 'ADDED', object },
      { type: 'BOOKMARK', object: { metadata: { resourceVersion: '8' } } },
      { type: 'DELETED', object },
    ];
    let url = '';
    await using opened = await open((request, response) => {
      url = request.url ?? '';
      const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('\n'));
      const send = (at: number): void =>
        void (at < bytes.length ? response.write(bytes.subarray(at, at + 7), () => send(at + 7)) : response.end());
      send(0);
    });
    expect(await watchAll(opened.client)).toEqual([
      { kind: 'added', object },
      { kind: 'bookmark', resourceVersion: '8' },
      { kind: 'deleted', object },
    ]);
    expect(url).toBe('/prefix/api/v1/pods?watch=true&allowWatchBookmarks=true&resourceVersion=5&timeoutSeconds=300');
  });

  it('throws gone for an ERROR event and for a refused watch', async () => {
    const status = failureStatus(410, 'Expired', 'too old resource version: 5 (9)');
    let refused = false;
    await using opened = await open((_request, response) => {
      if (refused) json(response, 410, status);
      else response.end(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
    });
    expect((await failure(watchAll(opened.client))).code).toBe('gone');
    refused = true;
    expect((await failure(watchAll(opened.client))).code).toBe('gone');
  });

  it('calls a watch cut in the middle of a line unavailable', async () => {
    await using opened = await open((_request, response) => {
      response.write('{"type":"ADDED","obj', () => response.destroy());
    });
    expect((await failure(watchAll(opened.client))).code).toBe('unavailable');
  });

  it('ends an open watch on abort, and its connection with it', async () => {
    const closed = deferred();
    const stop = new AbortController();
    await using opened = await open((_request, response) => {
      response.on('close', () => closed.resolve(undefined));
      response.flushHeaders();
      setImmediate(() => stop.abort());
    });
    expect(await watchAll(opened.client, stop.signal)).toEqual([]);
    await closed.promise;
  });

  it('gives up on a silent server and on none at all', async () => {
    await using silent = await open(() => {}, { requestTimeoutMs: 50 });
    expect((await failure(silent.client.get(resources.pods, pod))).code).toBe('timeout');
    await using nobody = createKubeClient({ server: 'http://127.0.0.1:1' });
    expect((await failure(nobody.get(resources.pods, pod))).code).toBe('unavailable');
  });

  it('passes an abort on as the abort it is', async () => {
    await using opened = await open(() => {});
    const stop = new AbortController();
    const call = opened.client.get(resources.pods, pod, stop.signal);
    stop.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('sends the token, and refuses a server that is no URL', async () => {
    let header: string | undefined;
    await using opened = await open(
      (request, response) => {
        header = request.headers.authorization;
        json(response, 200, {});
      },
      { token: 'secret' },
    );
    await opened.client.get(resources.pods, pod);
    expect(header).toBe('Bearer secret');
    expect(() => createKubeClient({ server: 'localhost:6443' })).toThrow('must be a URL');
  });
});

function deferred() {
  let resolve: (value: unknown) => void = () => {};
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
