import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { EdgeError, messageOf } from '../../lib/index.js';
import { checkKey, maxDepth, tooDeep } from './limits.js';

/** Parses one YAML document into JSON values. Throws `invalid`; aliases may not blow the document up. */
export function parseYaml(text: string): { value: unknown; duplicates: string[] } {
  try {
    const document = parseDocument(text, { uniqueKeys: false, logLevel: 'error', prettyErrors: false });
    const fault = document.errors[0];
    if (fault) throw new EdgeError('invalid', `the body is not valid YAML: ${fault.code} at offset ${fault.pos[0]}`);
    const duplicates: string[] = [];
    collectDuplicates(document.contents, '', duplicates, 0);
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    checkJson(value, 0);
    return { value, duplicates };
  } catch (error) {
    if (error instanceof EdgeError) throw error;
    if (error instanceof RangeError && /call stack/i.test(error.message)) throw tooDeep();
    throw new EdgeError('invalid', `the body is not usable YAML: ${messageOf(error)}`, { cause: error });
  }
}

function collectDuplicates(node: unknown, path: string, found: string[], depth: number): void {
  if (depth > maxDepth) throw tooDeep();
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) collectDuplicates(item, `${path}[${index}]`, found, depth + 1);
  }
  if (!isMap(node)) return;
  const seen = new Set<string>();
  for (const pair of node.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    const at = path === '' ? key : `${path}.${key}`;
    if (seen.has(key)) found.push(at);
    seen.add(key);
    collectDuplicates(pair.value, at, found, depth + 1);
  }
}

/** YAML can say more than JSON: infinities and the like are no part of an object. */
function checkJson(value: unknown, depth: number): void {
  if (depth > maxDepth) throw tooDeep();
  if (Array.isArray(value)) {
    for (const item of value) checkJson(item, depth + 1);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      checkKey(key);
      checkJson(item, depth + 1);
    }
  } else if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new EdgeError('invalid', `the body holds the number ${value}, which JSON cannot carry`);
  }
}
