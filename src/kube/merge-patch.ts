import { isJsonObject, type JsonObject, member, membersOf, sameJson, setMember } from './json.js';

/** Applies an RFC 7386 patch and returns the new document; neither argument is changed. */
export function mergePatch(doc: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return structuredClone(patch);
  const result: JsonObject = isJsonObject(doc) ? { ...doc } : {};
  for (const key of membersOf(patch)) {
    if (patch[key] === null) delete result[key];
    else setMember(result, key, mergePatch(member(result, key), patch[key]));
  }
  return result;
}

/**
 * The smallest RFC 7386 patch that makes `to` out of `from`; `{}` when they are the same. A null in
 * `to` cannot be expressed by this format and counts as absent.
 */
export function createMergePatch(from: object, to: object): JsonObject {
  return difference(from as JsonObject, to as JsonObject);
}

function difference(from: JsonObject, to: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const key of membersOf(from)) {
    if (from[key] !== null && (member(to, key) ?? null) === null) setMember(patch, key, null);
  }
  for (const key of membersOf(to)) {
    const before = member(from, key);
    const after = to[key];
    if (after === null || sameJson(before, after)) continue;
    setMember(patch, key, isJsonObject(before) && isJsonObject(after) ? difference(before, after) : after);
  }
  return patch;
}
