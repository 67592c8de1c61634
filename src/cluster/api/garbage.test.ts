import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startCluster, type TestCluster } from '../testing/start-cluster.js';

// Real sockets and disks on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
  await cluster.ask('POST', '/api/v1/namespaces/default/configmaps', {
    body: { metadata: { name: 'there' }, data: { a: 'b' } },
  });
});
afterAll(() => cluster[Symbol.asyncDispose]());

const methods = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS');
const roots = fc.constantFrom(
  '/api/v1/namespaces/default/configmaps',
  '/api/v1/namespaces/default/configmaps/there',
  '/api/v1/namespaces/default/pods/x/binding',
  '/api/v1/namespaces/default/serviceaccounts/default/token',
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  '/api/v1/nodes',
  '/apis',
  '',
);
const segment = fc.oneof(
  fc.string({ maxLength: 12 }).map(encodeURIComponent),
  fc.constantFrom('%', '%zz', '..', '%2e%2e', '%2f', '//', '%00'),
);
const query = fc.dictionary(
  fc.constantFrom(
    'limit',
    'continue',
    'resourceVersion',
    'resourceVersionMatch',
    'labelSelector',
    'fieldSelector',
    'dryRun',
    'fieldValidation',
    'gracePeriodSeconds',
  ),
  fc.string({ maxLength: 10 }),
  { maxKeys: 3 },
);
const types = fc.constantFrom(
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/merge-patch+json',
  'application/json-patch+json',
  'application/strategic-merge-patch+json',
  'nonsense',
);

/** Nothing a client sends is an internal error, and the server goes on. */
async function expectCivil(method: string, path: string, ask: { body?: string; type?: string }): Promise<void> {
  const { code, body, text } = await cluster.ask(method, path, ask);
  expect(code, `${method} ${path} ${ask.type} ${ask.body}: ${text}`).toBeGreaterThanOrEqual(200);
  expect(code === 501 || code === 504 || code < 500, `${method} ${path} ${ask.type} ${ask.body}: ${text}`).toBe(true);
  if (code >= 400 && body !== undefined) expect(body).toMatchObject({ kind: 'Status', status: 'Failure', code });
}

describe('the server under garbage', () => {
  it('answers odd paths and queries with a Status', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        methods,
        roots,
        fc.array(segment, { maxLength: 3 }),
        query,
        async (method, root, rest, options) => {
          const path = [root, ...rest].join('/') || '/';
          // A version of the future is waited for: covered elsewhere.
          const search = new URLSearchParams({ ...options, ...(options.resourceVersion && { resourceVersion: '0x' }) });
          await expectCivil(method, `${path}?${search}`, {});
        },
      ),
      { numRuns: 300 },
    );
  });

  it('answers odd bodies with a Status', { timeout: 60_000 }, async () => {
    const bodies = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constantFrom('null', '[]', '{"metadata":null}', '{"metadata":[]}', '---\n- a\n'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE'),
        roots,
        types,
        bodies,
        (method, root, type, body) =>
          // The object that stands is not to be deleted by a body that happens to say nothing.
          expectCivil(method === 'DELETE' && root.endsWith('there') ? 'PUT' : method, root || '/', { body, type }),
      ),
      { numRuns: 300 },
    );
  });

  it('answers objects with values of the wrong type with a Status', { timeout: 60_000 }, async () => {
    const value = fc.oneof(
      fc.constantFrom(null, 0, -1, true, '', 'x', [], {}, [null], [[]], { a: null }),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const field = fc.constantFrom(
      ['configmaps', 'metadata', 'labels'],
      ['configmaps', 'metadata', 'finalizers'],
      ['configmaps', 'metadata', 'generateName'],
      ['configmaps', 'metadata', 'ownerReferences'],
      ['configmaps', 'metadata', 'name'],
      ['configmaps', 'metadata', 'namespace'],
      ['pods', 'spec', 'containers'],
      ['pods', 'spec', 'tolerations'],
      ['pods', 'spec', 'volumes'],
      ['pods', 'spec', 'serviceAccountName'],
      ['pods', 'spec', 'priority'],
      ['services', 'spec', 'ports'],
      ['services', 'spec', 'clusterIP'],
    );
    const verbs = fc.constantFrom('POST', 'PUT', 'PATCH');
    await fc.assert(
      fc.asyncProperty(field, value, verbs, async ([plural = '', part = '', name = ''], odd, method) => {
        const containers = [{ name: 'c', image: 'i' }];
        const base = plural === 'pods' ? { containers } : plural === 'services' ? { ports: [{ port: 1 }] } : undefined;
        const spec = part === 'spec' ? { ...base, [name]: odd } : base;
        const metadata = part === 'metadata' ? { name: 'there', [name]: odd } : { name: 'there' };
        const path = `/api/v1/namespaces/default/${plural}`;
        const body = JSON.stringify({ metadata, ...(spec && { spec }) });
        const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
        await expectCivil(method, `${path}${method === 'POST' ? '?dryRun=All' : '/there?dryRun=All'}`, { body, type });
      }),
      { numRuns: 400 },
    );
    expect((await cluster.ask('GET', '/healthz')).text).toBe('ok');
  });
});
