import type { Node, NodeCondition } from '../../kube/index.js';

type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number];

const reported = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/**
 * The conditions of a node that fell silent, those that change only: Unknown, keeping the last
 * heartbeat (facts kubernetes-api §15).
 */
export function silentConditions(node: Node, now: string): NodeCondition[] {
  const known = new Map((node.status?.conditions ?? []).map((condition) => [condition.type, condition]));
  return reported.flatMap((type) => {
    const before = known.get(type);
    if (before?.status === 'Unknown') return [];
    const never = before === undefined;
    return {
      type,
      status: 'Unknown',
      reason: never ? 'NodeStatusNeverUpdated' : 'NodeStatusUnknown',
      message: never ? 'Kubelet never posted node status.' : 'Kubelet stopped posting node status.',
      lastTransitionTime: now,
      ...(before?.lastHeartbeatTime && { lastHeartbeatTime: before.lastHeartbeatTime }),
    };
  });
}

/** Condition and status that ask for a taint; `key` is the taint's after `node.kubernetes.io/`. */
const taintOf: readonly (readonly [type: string, status: string, key: string])[] = [
  ['Ready', 'False', 'not-ready'],
  ['Ready', 'Unknown', 'unreachable'],
  ['MemoryPressure', 'True', 'memory-pressure'],
  ['DiskPressure', 'True', 'disk-pressure'],
  ['PIDPressure', 'True', 'pid-pressure'],
  ['NetworkUnavailable', 'True', 'network-unavailable'],
];
const prefix = 'node.kubernetes.io/';
const managed = new Set([...taintOf.map(([, , key]) => `${prefix}${key}`), `${prefix}unschedulable`]);

/**
 * The taints a node should have: NoSchedule for each condition that asks for it and for a cordon, all
 * others as they are. Undefined: nothing to change. A node without a Ready condition keeps what it
 * was created with.
 */
export function wantedTaints(node: Node, now: string): Taint[] | undefined {
  const { taints = [], unschedulable } = node.spec ?? {};
  const conditions = new Map((node.status?.conditions ?? []).map(({ type, status }) => [type, status]));
  const wanted = new Set(
    taintOf.filter(([type, status]) => conditions.get(type) === status).map(([, , key]) => `${prefix}${key}`),
  );
  if (!conditions.has('Ready')) wanted.add(`${prefix}not-ready`);
  if (unschedulable) wanted.add(`${prefix}unschedulable`);
  const isOurs = ({ key, effect }: Taint) => effect === 'NoSchedule' && managed.has(key);
  const kept = taints.filter((taint) => !isOurs(taint) || wanted.has(taint.key));
  const present = new Set(taints.filter(isOurs).map(({ key }) => key));
  const added = [...wanted]
    .filter((key) => !present.has(key))
    .map((key) => ({ key, effect: 'NoSchedule', timeAdded: now }));
  return added.length === 0 && kept.length === taints.length ? undefined : [...kept, ...added];
}

/** The status of the Ready condition; undefined when it was never reported. */
export function readiness(node: Node): string | undefined {
  return node.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
}
