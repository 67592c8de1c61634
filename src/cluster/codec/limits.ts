import { EdgeError } from '../../lib/index.js';

/** Levels of nesting any body may have; far above every real object, far below the stack. */
export const maxDepth = 256;

/** Fields and elements one protobuf body may hold: two bytes on the wire can cost a hundred in memory. */
export const maxElements = 250_000;

export function tooDeep(): EdgeError {
  return new EdgeError('invalid', `the body nests deeper than ${maxDepth} levels`);
}

/** Refuses the one name that plain objects cannot carry safely. */
export function checkKey(key: string): string {
  if (key === '__proto__') throw new EdgeError('invalid', 'the body has a field named __proto__; rename it');
  return key;
}
