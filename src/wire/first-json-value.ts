import { EdgeError, messageOf } from '../lib/index.js';

/**
 * Parses the first JSON value of `text` and ignores what follows it, as the stream decoder of a Go
 * peer does (facts cloudhub-wire §2.2). Throws `invalid`.
 */
export function firstJsonValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const end = endOfComposite(text);
    if (end === undefined) throw new EdgeError('invalid', 'message is not JSON', { cause: error });
    return parse(text.slice(0, end));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new EdgeError('invalid', `message is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

/** The index after the object or array `text` starts with; undefined when it starts with none or never closes. */
function endOfComposite(text: string): number | undefined {
  const start = text.search(/\S/);
  if (text[start] !== '{' && text[start] !== '[') return undefined;
  let depth = 0;
  for (let index = start; index < text.length; index += 1) {
    const char = text[index];
    if (char === '"') index = endOfString(text, index);
    else if (char === '{' || char === '[') depth += 1;
    else if ((char === '}' || char === ']') && --depth === 0) return index + 1;
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index;
}
