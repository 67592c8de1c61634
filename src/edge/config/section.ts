import { EdgeError } from '../../lib/index.js';

/**
 * One mapping of the configuration file, read key by key. A key that is absent or null gives the fallback; one of
 * the wrong type throws `invalid` naming it. By hand and not with a schema library: that costs the edge 5 MB.
 */
export interface Section {
  readonly path: string;
  text(key: string, fallback: string): string;
  flag(key: string, fallback: boolean): boolean;
  integer(key: string, fallback: number, range?: { readonly min: number; readonly max?: number }): number;
  /** A Go duration (`2m0s`) or a number of seconds; in milliseconds. */
  duration(key: string, fallbackMs: number): number;
  texts(key: string): string[];
  textMap(key: string): Record<string, string>;
  items(key: string): Section[];
  section(key: string): Section;
  /** The same without minding the keys in it that nobody reads. */
  peek(key: string): Section;
  /** True when the file sets the key to anything but null. */
  has(key: string): boolean;
  /** Marks keys as known though nothing reads them. */
  known(...keys: string[]): void;
  /** Keys of this mapping and those below that nobody read, with their path. */
  unread(): string[];
}

/** @param path where `value` stands in the file, for error sentences; empty at the top */
export function openSection(value: unknown, path = ''): Section {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EdgeError('invalid', `${path || 'the configuration'} must be a mapping of keys to values`);
  }
  const values = value as Record<string, unknown>;
  const read = new Set<string>();
  const children: Section[] = [];
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  const get = (key: string): unknown => {
    read.add(key);
    return Object.hasOwn(values, key) ? (values[key] ?? undefined) : undefined;
  };
  const typed = <T>(key: string, fallback: T, type: string, is: (found: unknown) => boolean): T => {
    const found = get(key);
    if (found === undefined) return fallback;
    if (!is(found)) throw new EdgeError('invalid', `${at(key)} must be ${type}, not ${JSON.stringify(found)}`);
    return found as T;
  };
  const child = (found: unknown, where: string) => {
    const section = openSection(found, where);
    children.push(section);
    return section;
  };
  const isText = (found: unknown) => typeof found === 'string';
  return {
    path,
    text: (key, fallback) => typed(key, fallback, 'a text', isText),
    flag: (key, fallback) => typed(key, fallback, 'true or false', (found) => typeof found === 'boolean'),
    integer(key, fallback, { min, max = Number.MAX_SAFE_INTEGER } = { min: 0 }) {
      const fits = (found: unknown) => Number.isInteger(found) && (found as number) >= min && (found as number) <= max;
      const upTo = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
      return typed(key, fallback, `a whole number ${upTo}`, fits);
    },
    duration(key, fallbackMs) {
      const found = get(key);
      if (found === undefined) return fallbackMs;
      const ms = typeof found === 'number' ? found * 1000 : isText(found) ? goDuration(found as string) : Number.NaN;
      if (!(ms >= 0)) {
        throw new EdgeError(
          'invalid',
          `${at(key)} must be a duration such as 10s or 2m0s, not ${JSON.stringify(found)}`,
        );
      }
      return ms;
    },
    texts: (key) => typed<string[]>(key, [], 'a list of texts', (found) => Array.isArray(found) && found.every(isText)),
    textMap: (key) =>
      typed<Record<string, string>>(key, {}, 'a mapping of texts to texts', (found) => {
        return typeof found === 'object' && !Array.isArray(found) && Object.values(found as object).every(isText);
      }),
    items: (key) =>
      typed<unknown[]>(key, [], 'a list', Array.isArray).map((item, index) => child(item, `${at(key)}[${index}]`)),
    section: (key) => child(get(key) ?? {}, at(key)),
    peek: (key) => openSection(get(key) ?? {}, at(key)),
    has: (key) => Object.hasOwn(values, key) && values[key] !== null,
    known: (...keys) => {
      for (const key of keys) read.add(key);
    },
    unread: () => [
      ...Object.keys(values)
        .filter((key) => !read.has(key))
        .map(at),
      ...children.flatMap((section) => section.unread()),
    ],
  };
}

const unitMs: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `1h2m3.5s` in milliseconds; NaN for what is no Go duration. */
function goDuration(text: string): number {
  if (text === '0') return 0;
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return Number.NaN;
  let total = 0;
  for (const [, amount, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(amount) * (unitMs[unit] ?? Number.NaN);
  }
  return total;
}
