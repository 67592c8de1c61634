import { checkKey, maxDepth, tooDeep } from './limits.js';

interface Frame {
  /** Undefined in an array. */
  readonly keys: Set<string> | undefined;
  key: string;
  index: number;
  expectKey: boolean;
}

/**
 * Paths of the keys that occur twice in one object, `spec.containers[0].name`. Takes text that JSON.parse accepted:
 * it drops duplicates silently, so they have to be found beside it. Throws `invalid` beyond the depth limit.
 */
export function duplicateKeys(text: string): string[] {
  const found: string[] = [];
  const stack: Frame[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const top = stack.at(-1);
    switch (text[at]) {
      case '{':
      case '[': {
        const object = text[at] === '{';
        if (stack.length >= maxDepth) throw tooDeep();
        stack.push({ keys: object ? new Set() : undefined, key: '', index: 0, expectKey: object });
        break;
      }
      case '}':
      case ']':
        stack.pop();
        break;
      case ',':
        if (top?.keys) top.expectKey = true;
        else if (top) top.index += 1;
        break;
      case '"': {
        const end = stringEnd(text, at);
        if (top?.keys && top.expectKey) {
          top.key = checkKey(JSON.parse(text.slice(at, end + 1)) as string);
          top.expectKey = false;
          if (top.keys.has(top.key)) found.push(pathOf(stack));
          top.keys.add(top.key);
        }
        at = end;
        break;
      }
      default:
    }
  }
  return found;
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function pathOf(stack: readonly Frame[]): string {
  let path = '';
  for (const frame of stack) {
    path += frame.keys ? `${path === '' ? '' : '.'}${frame.key}` : `[${frame.index}]`;
  }
  return path;
}
