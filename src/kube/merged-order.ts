import { sameJson } from './json.js';

/**
 * Sorts a merged list: elements the patch names come in the patch's order, the others in the order
 * they had; one of the others goes first only where it stood before the named one (facts
 * kubernetes-api §7, `$setElementOrder`). `idOf` gives what identifies an element.
 */
export function orderMerged(
  merged: readonly unknown[],
  order: readonly unknown[],
  before: readonly unknown[],
  idOf: (item: unknown) => unknown,
): unknown[] {
  const wanted = ranks(order, idOf);
  const old = ranks(before, idOf);
  const named: unknown[] = [];
  const others: unknown[] = [];
  for (const item of merged) (wanted(item) === undefined ? others : named).push(item);
  named.sort((a, b) => (wanted(a) ?? 0) - (wanted(b) ?? 0));
  others.sort((a, b) => (old(a) ?? 0) - (old(b) ?? 0));
  const result: unknown[] = [];
  let next = 0;
  for (const item of named) {
    const rank = old(item);
    for (; rank !== undefined && next < others.length && (old(others[next]) ?? rank) < rank; next += 1) {
      result.push(others[next]);
    }
    result.push(item);
  }
  return [...result, ...others.slice(next)];
}

/** Position of an element by identity. Identities are scalars in every known schema; others are compared as JSON. */
function ranks(list: readonly unknown[], idOf: (item: unknown) => unknown): (item: unknown) => number | undefined {
  const byId = new Map<unknown, number>();
  for (const [index, item] of list.entries()) {
    const id = idOf(item);
    if (!byId.has(id)) byId.set(id, index);
  }
  return (item) => {
    const id = idOf(item);
    const direct = byId.get(id);
    if (direct !== undefined || typeof id !== 'object') return direct;
    const index = list.findIndex((other) => sameJson(idOf(other), id));
    return index < 0 ? undefined : index;
  };
}
