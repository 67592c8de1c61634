import { type Node, type Pod, sameJson } from '../../kube/index.js';

/**
 * True when a node changed in something a filter looks at. Heartbeats change the status every few
 * seconds; they must not wake every waiting pod.
 */
export function mayTakeMore(before: Node | undefined, node: Node): boolean {
  return before === undefined || !sameJson(filteredFields(before), filteredFields(node));
}

const filteredFields = ({ metadata, spec, status }: Node) => ({
  labels: metadata?.labels,
  taints: spec?.taints,
  unschedulable: spec?.unschedulable,
  allocatable: status?.allocatable ?? status?.capacity,
});

/** True when another try of a waiting pod may end differently: its own status reports do not count. */
export function asksForOther(before: Pod | undefined, pod: Pod): boolean {
  return (
    before !== undefined &&
    !(sameJson(before.spec, pod.spec) && sameJson(before.metadata?.labels, pod.metadata?.labels))
  );
}
