import { coreListMerge, createStrategicPatch, type Node, type Pod, type PodStatus } from '../../kube/index.js';

type StatusOf = { conditions?: readonly { type: string }[] };

/** Members of a status that others than the node write: kept as the cloud last showed them. */
const foreignPodStatus = ['nominatedNodeName', 'observedGeneration', 'qosClass', 'resize', 'resourceClaimStatuses'];
const foreignNodeStatus = ['volumesAttached'];

/**
 * The `podpatch` body that makes the cloud's pod status the node's (facts cloudhub-wire §3.7, §7), as the JSON text
 * that travels. `known` is the pod as the cloud last showed it; without it the whole status is sent.
 * Undefined when nothing differs.
 */
export function podStatusPatch(uid: string, status: PodStatus, known: Pod | undefined): string | undefined {
  const before = known?.status;
  const wanted = before ? withForeign(before, status, foreignPodStatus) : status;
  const patch = createStrategicPatch({ status: before ?? {} }, { status: wanted }, coreListMerge('Pod'));
  if (before && Object.keys(patch).length === 0) return undefined;
  return JSON.stringify({ metadata: { uid }, status: patch.status ?? {} });
}

/** The same for the Node: status, and the labels and annotations the node sets. Others' labels stay. */
export function nodeStatusPatch(node: Node, known: Node | undefined): string | undefined {
  const status = withForeign(known?.status ?? {}, node.status ?? {}, foreignNodeStatus);
  // The cloud writes the port of its tunnel here; ours must not undo it (facts stream-tunnel §3, §8.5).
  const tunnelPort = known?.status?.daemonEndpoints;
  if (tunnelPort?.kubeletEndpoint?.Port) status.daemonEndpoints = tunnelPort;
  const wanted = { metadata: metadataOf(known, node), status };
  const before = { metadata: metadataOf(known), status: known?.status ?? {} };
  const patch = createStrategicPatch(before, wanted, coreListMerge('Node'));
  return known && Object.keys(patch).length === 0 ? undefined : JSON.stringify(patch);
}

function metadataOf(...nodes: readonly (Node | undefined)[]) {
  const merged = { labels: {}, annotations: {} };
  for (const node of nodes) {
    Object.assign(merged.labels, node?.metadata?.labels);
    Object.assign(merged.annotations, node?.metadata?.annotations);
  }
  return merged;
}

/** `wanted` with what others wrote into `before`: named members and conditions of types the node does not set. */
function withForeign<T extends StatusOf>(before: T, wanted: T, members: readonly string[]): T {
  const merged: Record<string, unknown> = { ...wanted };
  const known = before as Record<string, unknown>;
  for (const member of members) if (known[member] !== undefined) merged[member] ??= known[member];
  const own = new Set(wanted.conditions?.map(({ type }) => type));
  const foreign = before.conditions?.filter(({ type }) => !own.has(type)) ?? [];
  if (wanted.conditions || foreign.length > 0) merged.conditions = [...(wanted.conditions ?? []), ...foreign];
  return merged as T;
}
