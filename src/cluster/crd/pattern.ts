/**
 * A schema's pattern as an ECMAScript expression. Definitions are written for RE2: a leading `(?i)` becomes a flag,
 * and where Unicode mode objects to an escape that RE2 allows, such as `\:`, the older mode is used.
 * Undefined when neither understands the pattern.
 */
export function compilePattern(pattern: string): RegExp | undefined {
  const insensitive = pattern.startsWith('(?i)');
  const source = insensitive ? pattern.slice('(?i)'.length) : pattern;
  for (const flags of ['u', '']) {
    try {
      return new RegExp(source, insensitive ? `${flags}i` : flags);
    } catch {
      // The next mode may understand it; when none does the caller says so.
    }
  }
  return undefined;
}
