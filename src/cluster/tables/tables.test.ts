import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../kube/index.js';
import { createKindRegistry } from '../kinds/index.js';
import { humanDuration } from './age.js';
import { makeTable } from './index.js';

const now = new Date('2026-05-01T12:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString();
const registry = createKindRegistry();

function cells(group: string, plural: string, object: object, version = 'v1') {
  const kind = registry.find(group, version, plural);
  if (!kind) throw new Error(`no kind ${plural}`);
  const table = makeTable(kind, [object as KubeObject], { includeObject: 'Metadata', now, columns: true }) as {
    columnDefinitions: { name: string }[];
    rows: { cells: unknown[] }[];
  };
  const values = table.rows[0]?.cells ?? [];
  return Object.fromEntries(table.columnDefinitions.map(({ name }, index) => [name, values[index]]));
}

const metadata = { name: 'x', creationTimestamp: ago(300) };
const running = { ready: true, state: { running: { startedAt: ago(200) } }, restartCount: 0 };
const pod = (status: object, spec: object = {}, meta: object = {}) => ({
  kind: 'Pod',
  metadata: { ...metadata, ...meta },
  spec: { containers: [{ name: 'a' }, { name: 'b' }], nodeName: 'edge-1', ...spec },
  status,
});

describe('a pod in a table', () => {
  it('shows a running pod with its restarts and where it is', () => {
    const crashed = { ...running, restartCount: 3, lastState: { terminated: { exitCode: 1, finishedAt: ago(301) } } };
    const shown = cells(
      '',
      'pods',
      pod({ phase: 'Running', podIP: '10.0.0.7', containerStatuses: [running, crashed] }),
    );
    expect(shown).toEqual({
      Name: 'x',
      Ready: '2/2',
      Status: 'Running',
      Restarts: '3 (5m1s ago)',
      Age: '5m',
      IP: '10.0.0.7',
      Node: 'edge-1',
      'Nominated Node': '<none>',
      'Readiness Gates': '<none>',
    });
  });

  const ended = (terminated: object) => ({ ready: false, restartCount: 0, state: { terminated } });
  const waiting = (reason: string) => ({ ready: false, restartCount: 0, state: { waiting: { reason } } });
  const readyCondition = (status: string) => ({ type: 'Ready', status });
  it.each([
    ['Pending', pod({ phase: 'Pending' })],
    ['ImagePullBackOff', pod({ phase: 'Pending', containerStatuses: [waiting('ImagePullBackOff')] })],
    ['ExitCode:3', pod({ phase: 'Failed', containerStatuses: [ended({ exitCode: 3 })] })],
    ['Signal:9', pod({ phase: 'Failed', containerStatuses: [ended({ exitCode: 137, signal: 9 })] })],
    ['Evicted', pod({ phase: 'Failed', reason: 'Evicted' })],
    ['Completed', pod({ phase: 'Succeeded', containerStatuses: [ended({ exitCode: 0, reason: 'Completed' })] })],
    [
      'NotReady',
      pod({
        phase: 'Running',
        conditions: [readyCondition('False')],
        containerStatuses: [ended({ exitCode: 0, reason: 'Completed' }), running],
      }),
    ],
    [
      'Running',
      pod({
        phase: 'Running',
        conditions: [readyCondition('True')],
        containerStatuses: [ended({ exitCode: 0, reason: 'Completed' }), running],
      }),
    ],
    [
      'SchedulingGated',
      pod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] }),
    ],
    [
      'Init:1/2',
      pod(
        {
          phase: 'Pending',
          initContainerStatuses: [
            { name: 'i', ...ended({ exitCode: 0 }) },
            { name: 'j', ready: false, restartCount: 0, state: { running: {} } },
          ],
        },
        { initContainers: [{ name: 'i' }, { name: 'j' }] },
      ),
    ],
    [
      'Init:CrashLoopBackOff',
      pod(
        { phase: 'Pending', initContainerStatuses: [{ name: 'i', ...waiting('CrashLoopBackOff') }] },
        { initContainers: [{ name: 'i' }] },
      ),
    ],
    ['Terminating', pod({ phase: 'Running', containerStatuses: [running] }, {}, { deletionTimestamp: ago(1) })],
    ['Unknown', pod({ phase: 'Running', reason: 'NodeLost' }, {}, { deletionTimestamp: ago(1) })],
  ])('shows %s', (status, object) => {
    expect(cells('', 'pods', object).Status).toBe(status);
  });
});

describe('other tables', () => {
  it('show a node with roles, addresses and kernel', () => {
    const node = {
      metadata: { ...metadata, labels: { 'node-role.kubernetes.io/edge': '', 'node-role.kubernetes.io/agent': '' } },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: 'Ready', status: 'True' }],
        addresses: [{ type: 'InternalIP', address: '10.1.1.1' }],
        nodeInfo: { kernelVersion: '6.1', architecture: 'amd64', kubeletVersion: 'v1.30.0', osImage: 'Debian' },
      },
    };
    expect(cells('', 'nodes', node)).toMatchObject({
      Status: 'Ready,SchedulingDisabled',
      Roles: 'agent,edge',
      Version: 'v1.30.0',
      'Internal-IP': '10.1.1.1',
      'External-IP': '<none>',
      'Kernel-Version': '6.1 (amd64)',
    });
    expect(cells('', 'nodes', { metadata })).toMatchObject({ Status: 'Unknown', Roles: '<none>' });
  });

  it('show services, events in both forms, claims and secrets', () => {
    const service = {
      metadata,
      spec: { type: 'NodePort', clusterIP: '10.96.0.9', ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }] },
    };
    expect(cells('', 'services', service)).toMatchObject({ 'Port(s)': '80:30080/TCP', 'External-IP': '<none>' });
    const event = { metadata, type: 'Warning', reason: 'Failed', message: 'no', count: 4, lastTimestamp: ago(60) };
    expect(cells('', 'events', { ...event, involvedObject: { kind: 'Pod', name: 'p' } })).toMatchObject({
      'Last Seen': '60s',
      Object: 'pod/p',
      Count: 4,
    });
    const other = { metadata, eventTime: ago(90), note: 'hello', regarding: { kind: 'Node', name: 'n' } };
    expect(cells('events.k8s.io', 'events', other)).toMatchObject({
      'Last Seen': '90s',
      Object: 'node/n',
      Message: 'hello',
    });
    expect(cells('', 'secrets', { metadata, type: 'Opaque', data: { a: '', b: '' } })).toMatchObject({ Data: 2 });
    const claim = {
      metadata,
      spec: { volumeName: 'v' },
      status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] },
    };
    expect(cells('', 'persistentvolumeclaims', claim)).toMatchObject({ Capacity: '1Gi', 'Access Modes': 'RWO' });
  });

  it('survive objects that hold nothing', () => {
    for (const kind of registry.all()) {
      const table = makeTable(kind, [{}], { includeObject: 'None', now, columns: false });
      expect(table).not.toHaveProperty('columnDefinitions');
      expect(JSON.stringify(table)).not.toContain('undefined');
    }
  });

  it('show the columns of a definition, dates as ages', () => {
    registry.define({
      metadata: { name: 'widgets.example.org' },
      spec: {
        group: 'example.org',
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            additionalPrinterColumns: [
              { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
              { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
              { name: 'Since', type: 'date', jsonPath: '.metadata.creationTimestamp' },
              { name: 'Missing', type: 'string', jsonPath: '.spec.missing' },
            ],
          },
        ],
      },
    } as KubeObject);
    const widget = {
      metadata,
      spec: { size: 3 },
      status: {
        conditions: [
          { type: 'Other', status: 'No' },
          { type: 'Ready', status: 'Yes' },
        ],
      },
    };
    expect(cells('example.org', 'widgets', widget)).toEqual({
      Name: 'x',
      Size: 3,
      Ready: 'Yes',
      Since: '5m',
      Missing: null,
    });
  });
});

it.each([
  [0, '0s'],
  [119, '119s'],
  [120, '2m'],
  [192, '3m12s'],
  [3600, '60m'],
  [3 * 3600 + 1200, '3h20m'],
  [47 * 3600, '47h'],
  [2 * 86_400 + 4 * 3600, '2d4h'],
  [400 * 86_400, '400d'],
  [3 * 365 * 86_400, '3y'],
])('%d seconds are %s', (seconds, text) => {
  expect(humanDuration(seconds * 1000)).toBe(text);
});
