import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../kube/index.js';
import { createNodeTable } from './node-table.js';
import { choosePlace } from './placement.js';
import { podUse } from './pod-use.js';
import { testNode, testPod } from './test-objects.js';

/** Where the pod goes, or why not, beside pods that are placed already. */
function place(pod: Pod, nodes: readonly Node[], placed: readonly [Pod, string][] = []) {
  const table = createNodeTable();
  for (const node of nodes) table.setNode(node);
  for (const [other, name] of placed) table.place(podUse(other), name);
  const placement = choosePlace(pod, podUse(pod), table.nodes(), () => 0);
  return placement.kind === 'placed' ? placement.nodeName : placement.message;
}

const notHelpful = (count: number) =>
  `no new claims to deallocate, preemption: 0/${count} nodes are available: ${count} Preemption is not helpful for scheduling.`;
const noVictims =
  'no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.';
const taint = (key: string, effect: string, value?: string) => ({ key, effect, ...(value && { value }) });

describe('a pod finds its node', () => {
  it('or hears the reason of every node, counted and sorted', () => {
    const nodes = [
      testNode('a', { spec: { taints: [taint('t', 'NoSchedule')] } }),
      testNode('b', { spec: { taints: [taint('u', 'NoExecute')] } }),
      testNode('c', { allocatable: { cpu: '1' } }),
    ];
    expect(place(testPod('p', { cpu: '2' }), nodes)).toBe(
      `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s). ${notHelpful(3)}`,
    );
  });

  it('or hears that there is no node at all', () => {
    expect(place(testPod('p'), [])).toBe('no nodes available to schedule pods');
  });

  it('not on a cordoned node unless it tolerates that', () => {
    const cordoned = testNode('a', { spec: { unschedulable: true } });
    expect(place(testPod('p'), [cordoned])).toBe(
      `0/1 nodes are available: 1 node(s) were unschedulable. ${notHelpful(1)}`,
    );
    const tolerations = [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }];
    expect(place(testPod('p', {}, { tolerations }), [cordoned])).toBe('a');
  });

  it.each([
    [{ key: 'k', operator: 'Equal', value: 'v', effect: 'NoSchedule' }, true],
    [{ key: 'k', value: 'v' }, true],
    [{ key: 'k', operator: 'Exists' }, true],
    [{ operator: 'Exists' }, true],
    [{ key: 'k', value: 'w' }, false],
    [{ key: 'k', operator: 'Exists', effect: 'NoExecute' }, false],
    [{ key: 'j', operator: 'Exists' }, false],
  ])('with the toleration %j of k=v:NoSchedule: %s', (toleration, fits) => {
    const node = testNode('a', { spec: { taints: [taint('k', 'NoSchedule', 'v')] } });
    expect(place(testPod('p', {}, { tolerations: [toleration] }), [node]) === 'a').toBe(fits);
  });

  it('by node selector, affinity expressions and fields', () => {
    const nodes = [testNode('a', { labels: { zone: 'x', size: '5' } }), testNode('b', { labels: { zone: 'y' } })];
    const required = (term: object): Partial<Pod['spec']> => ({
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } },
    });
    const field = (value: string) =>
      required({ matchFields: [{ key: 'metadata.name', operator: 'In', values: [value] }] });
    const expression = (key: string, operator: string, ...values: string[]) =>
      required({ matchExpressions: [{ key, operator, values }] });
    expect(place(testPod('p', {}, { nodeSelector: { zone: 'y' } }), nodes)).toBe('b');
    expect(place(testPod('p', {}, field('b')), nodes)).toBe('b');
    expect(place(testPod('p', {}, expression('size', 'Gt', '4')), nodes)).toBe('a');
    expect(place(testPod('p', {}, expression('zone', 'NotIn', 'x')), nodes)).toBe('b');
    const refused = `0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. ${notHelpful(2)}`;
    expect(place(testPod('p', {}, { nodeSelector: { zone: 'z' } }), nodes)).toBe(refused);
    expect(place(testPod('p', {}, required({})), nodes)).toBe(refused);
  });

  it('with free host ports only', () => {
    const holding = (name: string, hostPort: number, protocol = 'TCP', hostIP = '') =>
      testPod(
        name,
        {},
        { containers: [{ name: 'c', image: 'x', ports: [{ containerPort: 1, hostPort, protocol, hostIP }] }] },
      );
    const node = [testNode('a')];
    const taken: [Pod, string][] = [[holding('other', 80), 'a']];
    expect(place(holding('p', 80), node, taken)).toBe(
      `0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports. ${noVictims}`,
    );
    expect(place(holding('p', 80, 'UDP'), node, taken)).toBe('a');
    expect(place(holding('p', 80, 'TCP', '10.0.0.1'), node, taken)).toContain('free ports');
    expect(place(holding('p', 80, 'TCP', '10.0.0.1'), node, [[holding('other', 80, 'TCP', '10.0.0.2'), 'a']])).toBe(
      'a',
    );
  });

  it('with enough of every resource, init peaks, sidecars and overhead counted', () => {
    const node = [testNode('a', { allocatable: { cpu: '2', pods: '1' } })];
    const cpu = (amount: string) => ({ resources: { requests: { cpu: amount } } });
    const init = (amount: string, restartPolicy?: string) => ({
      name: 'i',
      image: 'x',
      ...cpu(amount),
      ...(restartPolicy && { restartPolicy }),
    });
    const fits = (spec: Partial<Pod['spec']>, main = '1') => place(testPod('p', { cpu: main }, spec), node) === 'a';
    expect(fits({ initContainers: [init('2')] })).toBe(true);
    expect(fits({ initContainers: [init('2001m')] })).toBe(false);
    expect(fits({ initContainers: [init('1', 'Always')] })).toBe(true);
    expect(fits({ initContainers: [init('1', 'Always')] }, '1001m')).toBe(false);
    expect(fits({ initContainers: [init('1', 'Always'), init('1001m')] }, '0')).toBe(false);
    expect(fits({ overhead: { cpu: '1001m' } })).toBe(false);
    expect(place(testPod('p', { 'example.com/gpu': '1' }), node)).toContain('1 Insufficient example.com/gpu');
    expect(place(testPod('p', { cpu: '2' }), node, [[testPod('o', { cpu: '1' }), 'a']])).toBe(
      `0/1 nodes are available: 1 Insufficient cpu, 1 Too many pods. ${noVictims}`,
    );
  });

  it('with a word about preemption where that would be the way', () => {
    const full: [Pod, string][] = [[testPod('o', { cpu: '4' }), 'a']];
    const nodes = [testNode('a')];
    expect(place(testPod('p', { cpu: '1' }, { priority: 5 }), nodes, full)).toContain(
      'Preemption is not supported by this scheduler yet',
    );
    expect(place(testPod('p', { cpu: '1' }, { preemptionPolicy: 'Never' }), nodes, full)).toContain(
      'not eligible due to preemptionPolicy=Never.',
    );
  });

  it.each<[string, Partial<Pod['spec']>]>([
    [
      'spec.affinity.podAntiAffinity',
      { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'x' }] } } },
    ],
    [
      'spec.affinity.podAffinity',
      { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'x' }] } } },
    ],
    [
      'spec.topologySpreadConstraints',
      { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'x', whenUnsatisfiable: 'DoNotSchedule' }] },
    ],
    ['a volume claim (volume v)', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] }],
  ])('never against a constraint that is not known here: %s', (name, spec) => {
    const message = place(testPod('p', {}, spec), [testNode('a')]);
    expect(message).toContain(name);
    expect(message).toContain('is not supported by this scheduler yet');
  });

  it('where most is free, where it prefers to be, away from soft taints', () => {
    const nodes = [testNode('a', { labels: { disk: 'hdd' } }), testNode('b', { labels: { disk: 'ssd' } })];
    expect(place(testPod('p', { cpu: '1' }), nodes, [[testPod('o', { cpu: '2', memory: '4Gi' }), 'a']])).toBe('b');
    expect(place(testPod('p'), nodes, [[testPod('o'), 'a']])).toBe('b');
    const preference = {
      weight: 10,
      preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['hdd'] }] },
    };
    const affinity = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [preference] } };
    expect(place(testPod('p', {}, { affinity }), nodes, [[testPod('o', { cpu: '1' }), 'a']])).toBe('a');
    const soft = [testNode('a', { spec: { taints: [taint('k', 'PreferNoSchedule')] } }), testNode('b')];
    expect(place(testPod('p'), soft, [[testPod('o', { cpu: '2' }), 'b']])).toBe('b');
  });

  it('and never takes more than a node has, whatever comes', () => {
    const cpu = fc.integer({ min: 0, max: 3000 });
    const pods = fc.array(fc.record({ cpu, memory: fc.integer({ min: 0, max: 3000 }) }), { maxLength: 40 });
    const nodes = fc.array(fc.record({ cpu, memory: cpu, pods: fc.integer({ min: 0, max: 5 }) }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(pods, nodes, fc.nat(), (wanted, sizes, seed) => {
        const table = createNodeTable();
        const free = sizes.map((size, index) => {
          table.setNode(
            testNode(`n${index}`, {
              allocatable: { cpu: `${size.cpu}m`, memory: `${size.memory}Mi`, pods: `${size.pods}` },
            }),
          );
          return { ...size };
        });
        for (const [index, { cpu, memory }] of wanted.entries()) {
          const pod = testPod(`p${index}`, { cpu: `${cpu}m`, memory: `${memory}Mi` });
          const placement = choosePlace(pod, podUse(pod), table.nodes(), () => ((seed + index) % 7) / 7);
          const fits = free.filter((node) => node.pods > 0 && node.cpu >= cpu && node.memory >= memory);
          expect(placement.kind).toBe(fits.length > 0 ? 'placed' : 'refused');
          if (placement.kind !== 'placed') continue;
          table.place(podUse(pod), placement.nodeName);
          const node = free[Number(placement.nodeName.slice(1))]!;
          node.cpu -= cpu;
          node.memory -= memory;
          node.pods -= 1;
          expect(Math.min(node.cpu, node.memory, node.pods)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});

describe('the node table', () => {
  it('forgets a pod completely, and knows pods that came before their node', () => {
    const table = createNodeTable();
    const pod = testPod('p', { cpu: '1' });
    table.place(podUse(pod), 'late');
    expect(table.nodes()).toEqual([]);
    table.setNode(testNode('late'));
    expect(table.nodes()[0]?.requested.get('cpu')).toBe(1_000_000_000n);
    expect([table.remove('uid-p'), table.remove('uid-p')]).toEqual([true, false]);
    expect(table.nodes()[0]).toMatchObject({ requested: new Map([['cpu', 0n]]), scored: { cpu: 0n, memory: 0n } });
    table.removeNode('late');
    expect(table.nodes()).toEqual([]);
  });
});
