import { jsonPatch, type KubeObject, mergePatch, strategicMergePatch } from '../../kube/index.js';
import { hasCode } from '../../lib/index.js';
import type { Kind, ObjectRules } from '../kind.js';
import { badRequest, invalid } from '../refusals.js';
import { type PatchType, patchTypeOf } from './negotiation.js';

/** Makes the wanted object out of the present one. Throws 400 and 422. */
export type Patch = (before: KubeObject) => KubeObject;

/** A PATCH body as a function (facts kubernetes-api §7). Throws 400 and 415. */
export function parsePatch(
  body: Buffer,
  contentType: string | undefined,
  { kind, name, rules }: { kind: Kind; name: string; rules: Pick<ObjectRules, 'listMerge'> },
): Patch {
  const type = patchTypeOf(contentType, kind);
  const patch = parseJson(body, type);
  return (before) => {
    try {
      return requireSameKind(apply(type, before, patch), before);
    } catch (error) {
      // An error that carries a cause is a refusal already.
      if (!hasCode(error, 'invalid') || error.cause !== undefined) throw error;
      throw invalid(kind.type, name, [
        { field: 'patch', reason: 'FieldValueInvalid', message: `Invalid value: ${error.message}` },
      ]);
    }
  };

  function apply(patchType: PatchType, before: KubeObject, value: unknown): unknown {
    switch (patchType) {
      case 'json':
        return jsonPatch(before, value);
      case 'merge':
        return mergePatch(before, value);
      case 'strategic':
        return strategicMergePatch(before, value, (path) => rules.listMerge(kind, path));
    }
  }
}

function parseJson(body: Buffer, type: PatchType): unknown {
  let patch: unknown;
  try {
    patch = JSON.parse(body.toString('utf8'));
  } catch {
    throw badRequest('the patch is not valid JSON');
  }
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch) !== (type === 'json')) {
    throw badRequest(type === 'json' ? 'a JSON patch must be a list of operations' : 'a merge patch must be an object');
  }
  return patch;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function requireSameKind(result: unknown, before: KubeObject): KubeObject {
  if (!isObject(result)) throw badRequest('a patch must leave the object an object');
  const { apiVersion, kind, metadata } = result as KubeObject;
  if (apiVersion !== before.apiVersion || kind !== before.kind)
    throw badRequest('a patch must not change apiVersion or kind');
  if (!isObject(metadata)) throw badRequest('a patch must leave metadata an object');
  return result;
}
