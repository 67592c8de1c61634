import { EdgeError } from '../../lib/index.js';

export type JsonPathStep =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'filter'; readonly path: readonly JsonPathStep[]; readonly equals: string | number | boolean };

const maxLength = 512;
const plainField = /^\.((?:\\.|[^.[\]'"\s\\()*@?])+)/;
const quotedField = /^\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/;
const indexStep = /^\[(-?\d+)\]/;
const filterStep = /^\[\?\(\s*@(\.[^=!<>\s]+)\s*==\s*(?:'([^']*)'|"([^"]*)"|(true|false|-?\d+))\s*\)\]/;

/**
 * Parses the JSON path subset that printer columns, scale and selectable fields use: `.spec.a`, `['a.b']`, `[0]`,
 * `[*]`, `.*` and `[?(@.type=="Ready")]`. Throws `unsupported` for anything else.
 */
export function parseJsonPath(text: string): JsonPathStep[] {
  const steps: JsonPathStep[] = [];
  let rest = text.replace(/^\{(.*)\}$/, '$1').replace(/^\$/, '');
  if (rest.length > maxLength) throw refuse(text);
  if (rest !== '' && !/^[.[]/.test(rest)) rest = `.${rest}`;
  while (rest !== '' && rest !== '.') {
    const [step, length] = nextStep(rest, text);
    steps.push(step);
    rest = rest.slice(length);
  }
  return steps;
}

function nextStep(rest: string, whole: string): [JsonPathStep, number] {
  const all = /^(\.\*|\[\*\])/.exec(rest);
  if (all) return [{ kind: 'all' }, all[0].length];
  const index = indexStep.exec(rest);
  if (index) return [{ kind: 'index', index: Number(index[1]) }, index[0].length];
  const quoted = quotedField.exec(rest);
  if (quoted) return [{ kind: 'field', name: unescaped(quoted[1] ?? quoted[2] ?? '') }, quoted[0].length];
  const filter = filterStep.exec(rest);
  if (filter) {
    const literal = filter[4];
    const equals = literal === undefined ? (filter[2] ?? filter[3] ?? '') : (JSON.parse(literal) as number | boolean);
    return [{ kind: 'filter', path: parseJsonPath(filter[1] ?? ''), equals }, filter[0].length];
  }
  const plain = plainField.exec(rest);
  if (plain) return [{ kind: 'field', name: unescaped(plain[1] ?? '') }, plain[0].length];
  throw refuse(whole);
}

const unescaped = (text: string) => text.replace(/\\(.)/g, '$1');

const refuse = (text: string) =>
  new EdgeError(
    'unsupported',
    `JSON path ${JSON.stringify(text.slice(0, 80))} is not supported: use fields, [index], [*] and [?(@.field=="value")]`,
  );

/** Everything the path finds, in order. */
export function findAll(value: unknown, steps: readonly JsonPathStep[]): unknown[] {
  let found: unknown[] = [value];
  for (const step of steps) found = found.flatMap((item) => apply(item, step));
  return found;
}

function apply(value: unknown, step: JsonPathStep): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  switch (step.kind) {
    case 'field':
      return Object.hasOwn(value, step.name) ? [(value as Record<string, unknown>)[step.name]] : [];
    case 'index':
      return Array.isArray(value) && value.at(step.index) !== undefined ? [value.at(step.index)] : [];
    case 'all':
      return Object.values(value);
    case 'filter':
      return Object.values(value).filter((item) => findAll(item, step.path).some((found) => found === step.equals));
  }
}
