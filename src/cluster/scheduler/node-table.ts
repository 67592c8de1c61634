import type { Node } from '../../kube/index.js';
import { type Amounts, add, amounts, type PodUse, subtract } from './pod-use.js';

/** A node with what its pods take: all that filters and scores look at. */
export interface NodeView {
  readonly node: Node;
  readonly name: string;
  readonly allocatable: Amounts;
  readonly requested: Amounts;
  readonly scored: { readonly cpu: bigint; readonly memory: bigint };
  readonly pods: ReadonlyMap<string, PodUse>;
}

interface Row {
  node: Node | undefined;
  allocatable: Amounts;
  readonly requested: Map<string, bigint>;
  readonly scored: { cpu: bigint; memory: bigint };
  readonly pods: Map<string, PodUse>;
}

/**
 * What is known of the nodes and of who uses them. A pod may arrive before its node, and an assumed
 * pod (chosen but not yet seen as bound) counts like any other.
 */
export interface NodeTable {
  /** A quantity that is none throws `invalid` and changes nothing. */
  setNode(node: Node): void;
  removeNode(name: string): void;
  /** Places a pod on a node; one that was elsewhere moves. */
  place(use: PodUse, nodeName: string): void;
  /** Says whether the pod was there. */
  remove(uid: string): boolean;
  nodes(): NodeView[];
}

export function createNodeTable(): NodeTable {
  const rows = new Map<string, Row>();
  const whereIs = new Map<string, string>();

  const rowOf = (name: string): Row => {
    const row = rows.get(name) ?? {
      node: undefined,
      allocatable: new Map(),
      requested: new Map(),
      scored: { cpu: 0n, memory: 0n },
      pods: new Map(),
    };
    rows.set(name, row);
    return row;
  };

  const remove = (uid: string) => {
    const name = whereIs.get(uid);
    if (name === undefined) return false;
    const row = rowOf(name);
    const use = row.pods.get(uid);
    whereIs.delete(uid);
    row.pods.delete(uid);
    if (use) {
      subtract(row.requested, use.request);
      row.scored.cpu -= use.scored.cpu;
      row.scored.memory -= use.scored.memory;
    }
    if (!row.node && row.pods.size === 0) rows.delete(name);
    return true;
  };

  return {
    setNode(node) {
      const allocatable = amounts(node.status?.allocatable ?? node.status?.capacity);
      Object.assign(rowOf(node.metadata?.name ?? ''), { node, allocatable });
    },
    removeNode(name) {
      const row = rowOf(name);
      row.node = undefined;
      if (row.pods.size === 0) rows.delete(name);
    },
    place(use, nodeName) {
      remove(use.uid);
      const row = rowOf(nodeName);
      whereIs.set(use.uid, nodeName);
      row.pods.set(use.uid, use);
      add(row.requested, use.request);
      row.scored.cpu += use.scored.cpu;
      row.scored.memory += use.scored.memory;
    },
    remove,
    nodes: () => {
      const views: NodeView[] = [];
      for (const [name, row] of rows) if (row.node) views.push({ ...row, node: row.node, name });
      return views;
    },
  };
}
