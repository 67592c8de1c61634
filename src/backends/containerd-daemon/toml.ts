/** What the writer takes: tables of plain values, lists of strings, and tables again. */
export interface TomlTable {
  readonly [key: string]: string | number | boolean | readonly string[] | TomlTable;
}

// A TOML basic string has the escapes of JSON; DEL is the one character JSON leaves bare and TOML forbids.
const quote = (text: string) => JSON.stringify(text).replaceAll('\u007f', '\\u007f');

const key = (name: string) => (/^[A-Za-z0-9_-]+$/.test(name) ? name : quote(name));

const isTable = (value: TomlTable[string]): value is TomlTable => typeof value === 'object' && !Array.isArray(value);

function scalar(value: Exclude<TomlTable[string], TomlTable>): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'object') return `[${value.map(quote).join(', ')}]`;
  return String(value);
}

/** A TOML document; in every table the plain values come before the tables, as the format demands. */
export function writeToml(table: TomlTable, path: readonly string[] = []): string {
  const entries = Object.entries(table);
  const plain = entries.flatMap(([name, value]) => (isTable(value) ? [] : [`${key(name)} = ${scalar(value)}\n`]));
  const head = path.length > 0 && plain.length > 0 ? `\n[${path.map(key).join('.')}]\n` : '';
  const nested = entries.flatMap(([name, value]) => (isTable(value) ? [writeToml(value, [...path, name])] : []));
  return head + plain.join('') + nested.join('');
}
