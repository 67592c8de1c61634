import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../kube/index.js';
import { createKindRegistry, createObjectRules } from './index.js';

const registry = createKindRegistry();
const rules = createObjectRules(registry);

function kindOf(group: string, version: string, plural: string) {
  const kind = registry.find(group, version, plural);
  if (!kind) throw new Error(`no kind ${plural}`);
  return kind;
}

const pods = kindOf('', 'v1', 'pods');
const pod = (spec: object, metadata: object = {}): KubeObject =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default', ...metadata }, spec }) as KubeObject;
const container = { name: 'c', image: 'busybox' };
const problems = (object: KubeObject, old?: KubeObject, kind = pods) =>
  rules
    .validate(kind, rules.complete(kind, object), old && rules.complete(kind, old))
    .map(({ field, message }) => `${field}: ${message}`);

describe('the rules of built-in kinds', () => {
  it('have a type for every kind of the table', () => {
    for (const kind of registry.all()) expect(rules.unknownFields(kind, {})).toEqual([]);
  });

  it('complete a pod as the API server does', () => {
    const done = rules.complete(
      pods,
      pod({
        containers: [
          {
            ...container,
            typo: 1,
            resources: { limits: { cpu: '1000m', memory: '1024Mi' } },
            ports: [{ containerPort: 80 }],
            readinessProbe: { httpGet: { port: 80 } },
          },
        ],
        volumes: [{ name: 'v' }, { name: 's', secret: { secretName: 'x' } }],
        nodeName: null,
      }),
    );
    expect(done).toMatchObject({
      spec: {
        restartPolicy: 'Always',
        dnsPolicy: 'ClusterFirst',
        enableServiceLinks: true,
        volumes: [
          { name: 'v', emptyDir: {} },
          { name: 's', secret: { secretName: 'x', defaultMode: 420 } },
        ],
        containers: [
          {
            imagePullPolicy: 'Always',
            ports: [{ containerPort: 80, protocol: 'TCP' }],
            readinessProbe: { httpGet: { path: '/', scheme: 'HTTP' }, periodSeconds: 10, failureThreshold: 3 },
            resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } },
          },
        ],
      },
      status: { phase: 'Pending', qosClass: 'Guaranteed' },
    });
    expect(JSON.stringify(done)).not.toMatch(/typo|nodeName/);
    expect(rules.complete(pods, done)).toEqual(done);
  });

  it('name unknown fields by their path', () => {
    const object = { ...pod({ containers: [{ ...container, imag: 'x' }] }), extra: true };
    expect(rules.unknownFields(pods, object).sort()).toEqual(['extra', 'spec.containers[0].imag']);
  });

  it.each([
    [{ containers: [] }, 'spec.containers: Required value'],
    [
      { containers: [{ name: 'A', image: 'x' }] },
      /^spec.containers\[0\].name: Invalid value: "A": a lowercase RFC 1123/,
    ],
    [{ containers: [container, container] }, 'spec.containers[1].name: Duplicate value: "c"'],
    [{ containers: [{ name: 'c' }] }, 'spec.containers[0].image: Required value'],
    [{ containers: [container], restartPolicy: 'Sometimes' }, /^spec.restartPolicy: Unsupported value: "Sometimes"/],
    [{ containers: 'x' }, 'spec.containers: Invalid value: "x": must be a list'],
    [{ containers: [{ ...container, volumeMounts: [{ name: 'no', mountPath: '/x' }] }] }, /Not found: "no"/],
    [
      { containers: [{ ...container, resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }] },
      'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    ],
    [{ containers: [{ ...container, env: [{ name: 'A=B' }] }] }, /env\[0\].name: Invalid value: "A=B"/],
    [{ containers: [{ ...container, ports: [{ containerPort: 70000 }] }] }, /must be between 1 and 65535/],
    [
      { containers: [container], volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/' } }] },
      /may not specify more than 1 volume type/,
    ],
    [{ containers: [{ ...container, resources: { limits: { cpu: 'many' } } }] }, /must be a quantity/],
  ])('refuse the pod spec %j', (spec, expected) => {
    const found = problems(pod(spec));
    expect(found).toHaveLength(1);
    if (typeof expected === 'string') expect(found[0]).toBe(expected);
    else expect(found[0]).toMatch(expected);
  });

  it('let a pod change its image and tolerations, and nothing else', () => {
    const old = pod({ containers: [container] });
    expect(problems(pod({ containers: [{ ...container, image: 'other', imagePullPolicy: 'Always' }] }), old)).toEqual(
      [],
    );
    const tolerations = [{ key: 'a', operator: 'Exists', effect: 'NoExecute' }];
    expect(problems(pod({ containers: [container], tolerations }), old)).toEqual([]);
    expect(problems(pod({ containers: [{ ...container, command: ['x'] }] }), old)[0]).toMatch(
      /^spec: Forbidden: pod updates may not change/,
    );
    expect(problems(old, pod({ containers: [container], tolerations }))[0]).toMatch(/Forbidden/);
  });

  it('check names, labels and owners', () => {
    expect(problems(pod({ containers: [container] }, { name: 'Bad_Name' }))[0]).toMatch(
      /^metadata.name: Invalid value/,
    );
    expect(problems(pod({ containers: [container] }, { labels: { 'a b': 'c' } }))[0]).toMatch(/^metadata.labels/);
    expect(problems(pod({ containers: [container] }, { name: undefined }))[0]).toMatch(
      /^metadata.name: Required value/,
    );
    expect(problems(pod({ containers: [container] }, { name: undefined, generateName: 'web-' }))).toEqual([]);
  });

  it('keep an immutable secret as it is and fold stringData into data', () => {
    const secrets = kindOf('', 'v1', 'secrets');
    const secret = (value: string) =>
      ({ metadata: { name: 's', namespace: 'd' }, immutable: true, stringData: { a: value } }) as KubeObject;
    expect(rules.complete(secrets, secret('x'))).toMatchObject({ type: 'Opaque', data: { a: 'eA==' } });
    expect(problems(secret('y'), secret('x'), secrets)).toEqual([
      'data: Forbidden: field is immutable when `immutable` is set',
    ]);
  });

  it('tell how lists merge', () => {
    expect(rules.listMerge(pods, ['spec', 'containers'])).toMatchObject({ key: 'name' });
    expect(rules.listMerge(pods, ['spec', 'containers', 'ports'])).toMatchObject({ key: 'containerPort' });
    expect(rules.listMerge(pods, ['spec', 'containers', '0', 'env'])).toMatchObject({ key: 'name' });
    expect(rules.listMerge(pods, ['spec', 'volumes'])).toMatchObject({ key: 'name', retainKeys: true });
    expect(rules.listMerge(pods, ['metadata', 'finalizers'])).toMatchObject({ set: true });
    expect(rules.listMerge(pods, ['spec', 'tolerations'])).toBeUndefined();
    expect(rules.listMerge(pods, ['spec', 'containers', 'command'])).toBeUndefined();
  });

  it('show one event in both event APIs', () => {
    const core = {
      apiVersion: 'v1',
      kind: 'Event',
      involvedObject: { name: 'p' },
      message: 'm',
      count: 2,
    } as KubeObject;
    const other = rules.convert(core, kindOf('events.k8s.io', 'v1', 'events'));
    expect(other).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      regarding: { name: 'p' },
      note: 'm',
      deprecatedCount: 2,
    });
    expect(rules.convert(other, kindOf('', 'v1', 'events'))).toEqual(core);
  });

  it('do not give a namespace its finalizer back while it goes', () => {
    const namespaces = kindOf('', 'v1', 'namespaces');
    expect(rules.complete(namespaces, { metadata: { name: 'n' } })).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'n' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
    const going = { metadata: { name: 'n', deletionTimestamp: '2026-01-01T00:00:00Z' }, spec: {} } as KubeObject;
    expect(rules.complete(namespaces, going)).toMatchObject({ spec: {} });
    expect(rules.complete(namespaces, going)).not.toHaveProperty('spec.finalizers');
  });
});
