import { EdgeError } from '../lib/index.js';
import { isJsonObject, sameJson, setMember } from './json.js';

const maxOperations = 10_000;
/** What `copy` operations may add in all: a few of them can double a document each. */
const maxCopiedBytes = 3 * 1024 * 1024;

type Container = Record<string, unknown> | unknown[];
interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: unknown;
  readonly value?: unknown;
}

/**
 * Applies an RFC 6902 patch and returns the new document; the given one is left alone. All or
 * nothing: a failing operation, `test` included, throws `invalid` naming it; limits throw `too-large`.
 */
export function jsonPatch(doc: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw new EdgeError('invalid', 'a JSON patch is an array of operations');
  if (operations.length > maxOperations) {
    throw new EdgeError(
      'too-large',
      `a JSON patch may have ${maxOperations} operations, this one has ${operations.length}`,
    );
  }
  const root = { doc: structuredClone(doc) };
  let copied = 0;
  for (const [index, raw] of operations.entries()) {
    const operation = parseOperation(raw, index);
    const what = `JSON patch operation ${index} (${operation.op} ${operation.path})`;
    const path = parsePointer(operation.path, what);
    if (operation.op === 'copy' || operation.op === 'move') {
      const from = parsePointer(operation.from, what);
      const value = structuredClone(read(root, from, what));
      if (operation.op === 'copy') copied += JSON.stringify(value).length;
      if (copied > maxCopiedBytes)
        throw new EdgeError('too-large', `${what}: copies more than ${maxCopiedBytes} bytes in all`);
      if (operation.op === 'move') {
        if (path.length > from.length && from.every((part, at) => part === path[at])) {
          throw new EdgeError('invalid', `${what}: a value cannot move into itself`);
        }
        remove(root, from, what);
      }
      add(root, path, value, what);
    } else {
      perform(root, operation, path, what);
    }
  }
  return root.doc;
}

function perform(root: { doc: unknown }, operation: Operation, path: string[], what: string): void {
  if (operation.op !== 'remove' && operation.value === undefined)
    throw new EdgeError('invalid', `${what}: value is missing`);
  switch (operation.op) {
    case 'add':
      add(root, path, structuredClone(operation.value), what);
      return;
    case 'remove':
      remove(root, path, what);
      return;
    case 'replace':
      replace(root, path, structuredClone(operation.value), what);
      return;
    case 'test':
      if (!sameJson(read(root, path, what), operation.value))
        throw new EdgeError('invalid', `${what}: the value differs`);
      return;
    default:
      throw new EdgeError('invalid', `${what}: op must be add, remove, replace, move, copy or test`);
  }
}

function parseOperation(raw: unknown, index: number): Operation {
  if (!isJsonObject(raw) || typeof raw.op !== 'string' || typeof raw.path !== 'string') {
    throw new EdgeError('invalid', `JSON patch operation ${index} needs the strings op and path`);
  }
  return raw as unknown as Operation;
}

function parsePointer(pointer: unknown, what: string): string[] {
  if (pointer === '') return [];
  if (typeof pointer !== 'string' || !pointer.startsWith('/') || /~(?![01])/.test(pointer)) {
    throw new EdgeError('invalid', `${what}: ${JSON.stringify(pointer)} is not a JSON pointer`);
  }
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function child(parent: unknown, part: string, what: string): unknown {
  if (Array.isArray(parent)) return parent[arrayIndex(part, parent.length - 1, what)];
  if (isJsonObject(parent) && Object.hasOwn(parent, part)) return parent[part];
  throw new EdgeError('invalid', `${what}: nothing is at ${JSON.stringify(part)}`);
}

function arrayIndex(part: string, last: number, what: string): number {
  if (!/^(0|[1-9]\d{0,9})$/.test(part) || Number(part) > last) {
    throw new EdgeError('invalid', `${what}: ${JSON.stringify(part)} is not an index of the array`);
  }
  return Number(part);
}

const read = (root: { doc: unknown }, path: string[], what: string): unknown =>
  path.reduce((value, part) => child(value, part, what), root.doc);

/** The container of the last path part; the document itself is a member of `root`. */
function holder(root: { doc: unknown }, path: string[], what: string): [Container, string] {
  if (path.length === 0) return [root, 'doc'];
  const parent = read(root, path.slice(0, -1), what);
  if (!Array.isArray(parent) && !isJsonObject(parent)) {
    throw new EdgeError('invalid', `${what}: the parent is neither an object nor an array`);
  }
  return [parent, path.at(-1) ?? ''];
}

function add(root: { doc: unknown }, path: string[], value: unknown, what: string): void {
  const [parent, part] = holder(root, path, what);
  if (!Array.isArray(parent)) setMember(parent, part, value);
  else parent.splice(part === '-' ? parent.length : arrayIndex(part, parent.length, what), 0, value);
}

function replace(root: { doc: unknown }, path: string[], value: unknown, what: string): void {
  const [parent, part] = holder(root, path, what);
  child(parent, part, what);
  if (Array.isArray(parent)) parent[Number(part)] = value;
  else setMember(parent, part, value);
}

function remove(root: { doc: unknown }, path: string[], what: string): void {
  if (path.length === 0) throw new EdgeError('invalid', `${what}: the whole document cannot be removed`);
  const [parent, part] = holder(root, path, what);
  child(parent, part, what);
  if (Array.isArray(parent)) parent.splice(Number(part), 1);
  else delete parent[part];
}
