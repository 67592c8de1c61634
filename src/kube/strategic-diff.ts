import { isJsonObject, type JsonObject, member, membersOf, sameJson, setMember } from './json.js';
import type { ListMerge, ListMergeRule } from './list-merge.js';

/**
 * The two-way strategic merge patch that makes `to` out of `from`; `{}` when they are the same.
 * Lists with a merge key give element patches and their order, others are replaced whole. Without
 * `listMerge` every list is atomic. A null in `to` cannot be expressed and counts as absent.
 */
export function createStrategicPatch(from: object, to: object, listMerge: ListMerge = () => undefined): JsonObject {
  return mapDifference(from as JsonObject, to as JsonObject, [], listMerge);
}

function mapDifference(from: JsonObject, to: JsonObject, path: readonly string[], listMerge: ListMerge): JsonObject {
  const patch: JsonObject = {};
  for (const key of membersOf(from)) {
    if (from[key] !== null && (member(to, key) ?? null) === null) setMember(patch, key, null);
  }
  for (const key of membersOf(to)) {
    const before = member(from, key);
    const after = to[key];
    if (after === null || sameJson(before, after)) continue;
    const here = [...path, key];
    const rule = listMerge(here);
    if (isJsonObject(before) && isJsonObject(after)) {
      const inner = mapDifference(before, after, here, listMerge);
      if (rule?.retainKeys) inner.$retainKeys = presentMembers(after);
      setMember(patch, key, inner);
    } else if (Array.isArray(before) && Array.isArray(after) && rule) {
      listDifference(patch, key, before, after, rule, here, listMerge);
    } else {
      setMember(patch, key, after);
    }
  }
  return patch;
}

function listDifference(
  patch: JsonObject,
  key: string,
  before: unknown[],
  after: unknown[],
  rule: ListMergeRule,
  path: readonly string[],
  listMerge: ListMerge,
): void {
  if (rule.set) {
    const removed = before.filter((item) => !after.includes(item));
    const added = after.filter((item) => !before.includes(item));
    if (removed.length > 0) patch[`$deleteFromPrimitiveList/${key}`] = removed;
    if (added.length > 0) setMember(patch, key, added);
    patch[`$setElementOrder/${key}`] = after;
    return;
  }
  const old = elementsByKey(before, rule.key);
  const wanted = elementsByKey(after, rule.key);
  if (rule.key === undefined || !old || !wanted) {
    setMember(patch, key, rule.key === undefined ? after : [{ $patch: 'replace' }, ...after]);
    return;
  }
  const changes: JsonObject[] = [];
  for (const [id, element] of wanted) {
    const known = old.get(id);
    if (!known) {
      changes.push(element);
    } else if (!sameJson(known, element)) {
      const inner = mapDifference(known, element, path, listMerge);
      if (rule.retainKeys) inner.$retainKeys = presentMembers(element);
      changes.push({ ...inner, [rule.key]: id });
    }
  }
  for (const id of old.keys()) if (!wanted.has(id)) changes.push({ $patch: 'delete', [rule.key]: id });
  if (changes.length > 0) setMember(patch, key, changes);
  patch[`$setElementOrder/${key}`] = [...wanted.keys()].map((id) => ({ [rule.key as string]: id }));
}

/** Undefined when the list is not one of distinctly keyed maps: such lists can only be replaced. */
function elementsByKey(list: readonly unknown[], key: string | undefined): Map<unknown, JsonObject> | undefined {
  const elements = new Map<unknown, JsonObject>();
  for (const item of list) {
    const id = key !== undefined && isJsonObject(item) ? member(item, key) : undefined;
    if ((typeof id !== 'string' && typeof id !== 'number') || elements.has(id)) return undefined;
    elements.set(id, item as JsonObject);
  }
  return elements;
}

const presentMembers = (map: JsonObject) => membersOf(map).filter((key) => map[key] !== null);
