import { EdgeError } from '../../lib/index.js';
import { duplicateKeys } from './json-scan.js';

/** Parses a JSON text. Throws `invalid`, never quoting the text: it may hold a secret. */
export function parseJson(text: string): { value: unknown; duplicates: string[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    throw new EdgeError('invalid', `the body is not valid JSON${position ? `: see position ${position}` : ''}`);
  }
  return { value, duplicates: duplicateKeys(text) };
}
