import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Node } from '../../kube/index.js';
import { silentConditions, wantedTaints } from './node-health.js';
import { type OwnerState, ownershipStep } from './ownership.js';

const at = '2026-01-01T00:00:00Z';
const status = fc.constantFrom('True', 'False', 'Unknown');
const conditions = fc.dictionary(
  fc.constantFrom('Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'),
  status,
);
const keys = ['not-ready', 'unreachable', 'memory-pressure', 'unschedulable'].map((key) => `node.kubernetes.io/${key}`);
const taints = fc.uniqueArray(
  fc.record({ key: fc.constantFrom(...keys, 'mine'), effect: fc.constantFrom('NoSchedule', 'NoExecute') }),
  {
    selector: ({ key, effect }) => key + effect,
  },
);
const node = fc.record({ conditions, taints, unschedulable: fc.boolean() }).map(
  (made): Node => ({
    metadata: { name: 'n' },
    spec: { taints: made.taints, unschedulable: made.unschedulable },
    status: { conditions: Object.entries(made.conditions).map(([type, value]) => ({ type, status: value })) },
  }),
);

describe('the taints of a node', () => {
  it('settle at once, and those of others stay', () => {
    fc.assert(
      fc.property(node, (before) => {
        const wanted = wantedTaints(before, at);
        const after = { ...before, spec: { ...before.spec, taints: wanted ?? before.spec?.taints ?? [] } };
        expect(wantedTaints(after, at)).toBeUndefined();
        const foreign = ({ spec }: Node) =>
          (spec?.taints ?? []).filter(({ key, effect }) => key === 'mine' || effect === 'NoExecute');
        expect(foreign(after)).toEqual(foreign(before));
        const ready = before.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
        const has = (key: string) =>
          after.spec.taints.some((taint) => taint.key === `node.kubernetes.io/${key}` && taint.effect === 'NoSchedule');
        expect(has('unreachable')).toBe(ready === 'Unknown');
        expect(has('not-ready')).toBe(ready === undefined || ready === 'False');
        expect(has('unschedulable')).toBe(before.spec?.unschedulable);
      }),
    );
  });
});

describe('the conditions of a silent node', () => {
  it('become Unknown, keep the last heartbeat, and are told once', () => {
    const silent: Node = {
      status: {
        conditions: [
          { type: 'Ready', status: 'True', lastHeartbeatTime: at },
          { type: 'DiskPressure', status: 'Unknown' },
        ],
      },
    };
    const changed = silentConditions(silent, '2026-01-01T01:00:00Z');
    expect(changed.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
      'Ready NodeStatusUnknown',
      'MemoryPressure NodeStatusNeverUpdated',
      'PIDPressure NodeStatusNeverUpdated',
    ]);
    expect(changed[0]).toMatchObject({
      status: 'Unknown',
      lastHeartbeatTime: at,
      lastTransitionTime: '2026-01-01T01:00:00Z',
    });
    expect(
      silentConditions({ status: { conditions: [...changed, { type: 'DiskPressure', status: 'Unknown' }] } }, at),
    ).toEqual([]);
  });
});

describe('ownership', () => {
  const step = (
    states: OwnerState[],
    more: { finalizers?: string[]; deleting?: boolean; hasDependents?: boolean } = {},
  ) =>
    ownershipStep({
      owners: states.map((state, index) => ({
        state,
        reference: { apiVersion: 'v1', kind: 'K', name: `o${index}`, uid: `u${index}` },
      })),
      finalizers: [],
      deleting: false,
      hasDependents: false,
      ...more,
    });

  it.each<[OwnerState[], string]>([
    [[], 'keep'],
    [['solid'], 'keep'],
    [['solid', 'solid'], 'keep'],
    [['absent', 'unknown'], 'keep'],
    [['solid', 'absent'], 'release'],
    [['solid', 'waiting'], 'release'],
    [['absent'], 'delete'],
    [['waiting', 'absent'], 'delete'],
  ])('with owners %j: %s', (states, kind) => {
    expect(step(states).kind).toBe(kind);
  });

  it('never deletes what has a solid or unknown owner, or is being deleted', () => {
    const state = fc.constantFrom<OwnerState>('solid', 'absent', 'waiting', 'unknown');
    fc.assert(
      fc.property(fc.array(state), fc.boolean(), (states, deleting) => {
        const keeps = deleting || states.length === 0 || states.includes('solid') || states.includes('unknown');
        expect(step(states, { deleting }).kind === 'delete').toBe(!keeps);
      }),
    );
  });

  it('passes the policy on: foreground below a waiting owner, the object’s own wish first', () => {
    expect(step(['waiting'], { hasDependents: true })).toEqual({ kind: 'delete', policy: 'Foreground' });
    expect(step(['waiting'])).toEqual({ kind: 'delete', policy: 'Background' });
    expect(step(['absent'], { hasDependents: true })).toEqual({ kind: 'delete', policy: 'Background' });
    expect(step(['absent'], { finalizers: ['orphan'] })).toEqual({ kind: 'delete', policy: 'Orphan' });
    expect(step(['absent'], { finalizers: ['foregroundDeletion'] })).toEqual({ kind: 'delete', policy: 'Foreground' });
  });
});
