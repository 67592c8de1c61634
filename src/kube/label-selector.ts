import { EdgeError } from '../lib/index.js';

export type Labels = Readonly<Record<string, string>>;
export type LabelMatcher = (labels: Labels | undefined) => boolean;

/** `LabelSelector` and the terms of node affinity as objects carry them. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

const token = /\s*(?:(==|!=|[=!,()<>])|([^\s=!,()<>]+))/y;
const namePart = /^[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * Parses `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1` (facts kubernetes-api §4); the comma means AND,
 * the empty text matches everything. Throws `invalid` naming the place.
 */
export function parseLabelSelector(text: string): LabelMatcher {
  const requirements = parseRequirements(tokensOf(text), text);
  const matchers = requirements.map(requirementMatcher);
  return (labels) => matchers.every((matches) => matches(labels));
}

/** The matcher of one `matchExpressions` entry: In, NotIn, Exists, DoesNotExist, Gt, Lt. Throws `invalid`. */
export function requirementMatcher(requirement: LabelRequirement): LabelMatcher {
  const { key, operator, values = [] } = requirement;
  checkKey(key);
  const read = (labels: Labels | undefined) => (labels && Object.hasOwn(labels, key) ? labels[key] : undefined);
  switch (operator) {
    case 'In':
    case 'NotIn': {
      if (values.length === 0) throw invalid(`${key} ${operator} needs values`);
      const set = new Set(values);
      return operator === 'In'
        ? (labels) => set.has(read(labels) as string)
        : (labels) => !set.has(read(labels) as string);
    }
    case 'Exists':
      return (labels) => read(labels) !== undefined;
    case 'DoesNotExist':
      return (labels) => read(labels) === undefined;
    case 'Gt':
    case 'Lt':
      return comparison(key, operator, values, read);
    default:
      throw invalid(`operator ${JSON.stringify(operator)} of ${key} must be In, NotIn, Exists, DoesNotExist, Gt or Lt`);
  }
}

/** The matcher of a LabelSelector object; an absent selector matches nothing, an empty one everything. */
export function labelSelectorMatcher(
  selector: { readonly matchLabels?: Labels; readonly matchExpressions?: readonly LabelRequirement[] } | undefined,
): LabelMatcher {
  if (!selector) return () => false;
  const exact = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({
    key,
    operator: 'In',
    values: [value],
  }));
  const matchers = [...exact, ...(selector.matchExpressions ?? [])].map(requirementMatcher);
  return (labels) => matchers.every((matches) => matches(labels));
}

function comparison(
  key: string,
  operator: 'Gt' | 'Lt',
  values: readonly string[],
  read: (labels: Labels | undefined) => string | undefined,
): LabelMatcher {
  const limit = integerOf(values[0]);
  if (values.length !== 1 || limit === undefined) throw invalid(`${key} ${operator} needs one integer`);
  return (labels) => {
    const value = integerOf(read(labels));
    return value !== undefined && (operator === 'Gt' ? value > limit : value < limit);
  };
}

const integerOf = (text: string | undefined): bigint | undefined =>
  text !== undefined && /^[+-]?\d{1,19}$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) tokens.push(match[1] ?? match[2] ?? '');
  return tokens;
}

function parseRequirements(tokens: readonly string[], text: string): LabelRequirement[] {
  const requirements: LabelRequirement[] = [];
  let at = 0;
  const next = () => tokens[at++];
  const word = () => {
    const found = next();
    if (found === undefined || /^[=!,()<>]/.test(found))
      throw invalid(`${JSON.stringify(text)}: expected a name, found ${found ?? 'the end'}`);
    return found;
  };
  const value = () => (tokens[at] === undefined || tokens[at] === ',' || tokens[at] === ')' ? '' : word());
  const values = () => {
    if (next() !== '(') throw invalid(`${JSON.stringify(text)}: expected ( after in or notin`);
    const list = [value()];
    while (tokens[at] === ',') {
      at += 1;
      list.push(value());
    }
    if (next() !== ')') throw invalid(`${JSON.stringify(text)}: a list of values is not closed`);
    return list;
  };
  while (at < tokens.length) {
    if (tokens[at] === '!') {
      at += 1;
      requirements.push({ key: word(), operator: 'DoesNotExist' });
    } else {
      requirements.push(requirement(word(), tokens[at], () => next(), value, values));
    }
    if (at === tokens.length) break;
    if (next() !== ',' || at === tokens.length)
      throw invalid(`${JSON.stringify(text)}: expected a comma and a requirement`);
  }
  for (const { key, operator, values: list = [] } of requirements) {
    if (operator !== 'Gt' && operator !== 'Lt') for (const item of list) checkValue(key, item);
  }
  return requirements;
}

function requirement(
  key: string,
  operator: string | undefined,
  skip: () => void,
  value: () => string,
  values: () => string[],
): LabelRequirement {
  if (operator === undefined || operator === ',') return { key, operator: 'Exists' };
  skip();
  switch (operator) {
    case '=':
    case '==':
      return { key, operator: 'In', values: [value()] };
    case '!=':
      return { key, operator: 'NotIn', values: [value()] };
    case 'in':
      return { key, operator: 'In', values: values() };
    case 'notin':
      return { key, operator: 'NotIn', values: values() };
    case '>':
      return { key, operator: 'Gt', values: [value()] };
    case '<':
      return { key, operator: 'Lt', values: [value()] };
    default:
      throw invalid(`${JSON.stringify(operator)} after ${key} is not an operator`);
  }
}

function checkKey(key: string): void {
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const good =
    namePart.test(key.slice(slash + 1)) && (prefix === undefined || (prefix.length <= 253 && subdomain.test(prefix)));
  if (!good) throw invalid(`${JSON.stringify(key)} is not a label key`);
}

function checkValue(key: string, value: string): void {
  if (value !== '' && !namePart.test(value))
    throw invalid(`${JSON.stringify(value)} is not a value for the label ${key}`);
}

const invalid = (what: string) => new EdgeError('invalid', `label selector: ${what}`);
