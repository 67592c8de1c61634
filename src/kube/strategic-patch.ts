import { EdgeError } from '../lib/index.js';
import { isJsonObject, type JsonObject, member, membersOf, sameJson, setMember } from './json.js';
import type { ListMerge } from './list-merge.js';
import { orderMerged } from './merged-order.js';

const orderPrefix = '$setElementOrder/';
const deletePrefix = '$deleteFromPrimitiveList/';

/**
 * Applies a strategic merge patch (facts kubernetes-api §7) and returns the new object; neither
 * argument is changed. A malformed directive or a list element without its merge key throws `invalid`.
 */
export function strategicMergePatch(doc: object, patch: unknown, listMerge: ListMerge): JsonObject {
  if (!isJsonObject(patch)) throw new EdgeError('invalid', 'a strategic merge patch is an object');
  return mergeMap(doc as JsonObject, patch, [], listMerge);
}

function mergeMap(doc: JsonObject, patch: JsonObject, path: readonly string[], listMerge: ListMerge): JsonObject {
  const directive = member(patch, '$patch');
  if (directive === 'replace') return plainMap(patch);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') {
    throw invalid(path, `$patch must be replace, merge or delete, not ${JSON.stringify(directive)}`);
  }
  const result = retain(doc, patch, path);
  for (const key of listsNamed(patch)) {
    mergeMember(result, key, patch, [...path, key], listMerge);
  }
  return result;
}

/** Names of the members a patch touches; a directive for a list counts as the list. */
function listsNamed(patch: JsonObject): Set<string> {
  const names = new Set<string>();
  for (const key of membersOf(patch)) {
    if (key === '$patch' || key === '$retainKeys') continue;
    if (key.startsWith(orderPrefix)) names.add(key.slice(orderPrefix.length));
    else if (key.startsWith(deletePrefix)) names.add(key.slice(deletePrefix.length));
    else names.add(key);
  }
  return names;
}

function retain(doc: JsonObject, patch: JsonObject, path: readonly string[]): JsonObject {
  const keep = member(patch, '$retainKeys');
  if (keep === undefined) return { ...doc };
  if (!Array.isArray(keep) || keep.some((name) => typeof name !== 'string')) {
    throw invalid(path, '$retainKeys must be an array of member names');
  }
  const missing = membersOf(patch).find((key) => !key.startsWith('$') && patch[key] !== null && !keep.includes(key));
  if (missing !== undefined) throw invalid(path, `$retainKeys must name ${missing}, which the patch sets`);
  const result: JsonObject = {};
  for (const key of membersOf(doc)) if (keep.includes(key)) setMember(result, key, doc[key]);
  return result;
}

function mergeMember(
  result: JsonObject,
  key: string,
  patch: JsonObject,
  path: readonly string[],
  listMerge: ListMerge,
): void {
  const before = member(result, key);
  const change = member(patch, key);
  const order = directiveList(patch, `${orderPrefix}${key}`, path);
  const removed = directiveList(patch, `${deletePrefix}${key}`, path);
  if (change === null) {
    delete result[key];
    return;
  }
  if (isJsonObject(change)) {
    setMember(result, key, mergeMap(isJsonObject(before) ? before : {}, change, path, listMerge));
    return;
  }
  const rule = listMerge(path);
  const isList = Array.isArray(change) || order !== undefined || removed !== undefined;
  if (!isList || (rule?.key === undefined && rule?.set !== true)) {
    // A directive for an atomic list has no meaning: the list itself decides.
    if (change !== undefined) setMember(result, key, plain(change));
    return;
  }
  if (change !== undefined && !Array.isArray(change)) throw invalid(path, 'must be an array');
  if (before === undefined) {
    // Nothing to merge with: the list is taken as it is, equal merge keys included (port 53 over TCP and UDP).
    if (change !== undefined) setMember(result, key, plain(change.filter((item) => !carriesDirective(item))));
    return;
  }
  const old = Array.isArray(before) ? before : [];
  setMember(
    result,
    key,
    rule.key === undefined
      ? mergeSet(old, change ?? [], order, removed ?? [])
      : mergeList(old, change ?? [], order, rule.key, path, listMerge),
  );
}

function directiveList(patch: JsonObject, name: string, path: readonly string[]): unknown[] | undefined {
  const list = member(patch, name);
  if (list !== undefined && !Array.isArray(list)) throw invalid(path, `${name} must be an array`);
  return list;
}

function mergeSet(before: unknown[], added: unknown[], order: unknown[] | undefined, removed: unknown[]): unknown[] {
  const merged: unknown[] = [];
  const seen = new Set<unknown>(removed);
  for (const item of [...before, ...added]) {
    if (!seen.has(item) || (added.includes(item) && !merged.includes(item))) merged.push(item);
    seen.add(item);
  }
  return orderMerged(merged, order ?? added, before, (item) => item);
}

function mergeList(
  before: unknown[],
  changes: unknown[],
  order: unknown[] | undefined,
  key: string,
  path: readonly string[],
  listMerge: ListMerge,
): unknown[] {
  for (const change of changes) if (!isJsonObject(change)) throw invalid(path, 'elements must be objects');
  const elements = changes as JsonObject[];
  if (elements.some((element) => member(element, '$patch') === 'replace' && keyOf(element, key) === undefined)) {
    return elements.filter((element) => !carriesDirective(element)).map(plainMap);
  }
  const merged = before.map((item) => ({ item }));
  for (const element of elements) {
    const id = keyOf(element, key);
    if (id === undefined) throw invalid(path, `every element needs the merge key ${key}`);
    const found = merged.find(({ item }) => isJsonObject(item) && sameJson(keyOf(item, key), id));
    if (member(element, '$patch') === 'delete') {
      if (found) merged.splice(merged.indexOf(found), 1);
    } else if (found) {
      found.item = mergeMap(found.item as JsonObject, element, path, listMerge);
    } else {
      merged.push({ item: mergeMap({}, element, path, listMerge) });
    }
  }
  const items = merged.map(({ item }) => item);
  const wanted = order ?? elements.filter((element) => member(element, '$patch') !== 'delete');
  return orderMerged(items, wanted, before, (item) => (isJsonObject(item) ? keyOf(item, key) : undefined));
}

const keyOf = (element: JsonObject, key: string): unknown => member(element, key) ?? undefined;

/** A value of a patch as it is stored: without directives and nulls. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  return isJsonObject(value) ? plainMap(value) : value;
}

function plainMap(map: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const key of membersOf(map)) {
    if (map[key] !== null && !isDirective(key)) setMember(result, key, plain(map[key]));
  }
  return result;
}

const isDirective = (key: string) =>
  key === '$patch' || key === '$retainKeys' || key.startsWith(orderPrefix) || key.startsWith(deletePrefix);

const carriesDirective = (item: unknown) =>
  isJsonObject(item) && ['delete', 'replace'].includes(String(member(item, '$patch')));

const invalid = (path: readonly string[], what: string) =>
  new EdgeError('invalid', `strategic merge patch at ${path.join('.') || 'the root'}: ${what}`);
