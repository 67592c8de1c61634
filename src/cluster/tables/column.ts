import type { KubeObject } from '../../kube/index.js';

/** One column of a kind's table. */
export interface Column<T = KubeObject> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description?: string;
  /** 1 is shown by `-o wide` only. */
  readonly priority: number;
  cell(object: T, now: Date): unknown;
}

export type Cell<T> = (object: T, now: Date) => unknown;

/** A column that is always shown. */
export const shown = <T>(name: string, cell: Cell<T>, type: Column['type'] = 'string'): Column<T> => ({
  name,
  type,
  priority: 0,
  ...(name === 'Name' && { format: 'name' }),
  cell,
});

/** A column of `-o wide`. */
export const wide = <T>(name: string, cell: Cell<T>, type: Column['type'] = 'string'): Column<T> => ({
  ...shown(name, cell, type),
  priority: 1,
});

export const none = '<none>';

/** `a=1,b=2`, or `<none>`. */
export function labelText(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? none : pairs.sort().join(',');
}

/** The first `max` items, and how many more there are. */
export function listText(items: readonly string[], max: number): string {
  if (items.length === 0) return none;
  const more = items.length > max ? ` + ${items.length - max} more...` : '';
  return `${items.slice(0, max).join(',')}${more}`;
}
