import { hasCode } from '../../lib/index.js';
import type { FieldError } from '../kind.js';
import { child, wrongType } from './field-error.js';
import { canonicalQuantity } from './quantity.js';
import { type ObjectType, type ScalarValue, type SpecialValue, typeFor, typeNamed, type ValueType } from './types.js';

type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Paths in `value` that the type does not know. `apiVersion` and `kind` are known at the top. */
export function unknownPaths(value: unknown, type: ObjectType): string[] {
  const found: string[] = [];
  if (isObject(value)) {
    const { apiVersion: _, kind: __, ...rest } = value;
    collectUnknown(rest, { kind: 'object', name: type.name }, '', found);
  }
  return found;
}

function collectUnknown(value: unknown, written: ValueType, path: string, found: string[]): void {
  const type = typeFor(written, value);
  if (type.kind === 'object' && isObject(value)) {
    const { properties } = typeNamed(type.name);
    for (const [name, item] of Object.entries(value)) {
      const field = properties.get(name);
      if (field) collectUnknown(item, field.type, child(path, name), found);
      else found.push(child(path, name));
    }
  } else if (type.kind === 'list' && Array.isArray(value)) {
    for (const [index, item] of value.entries()) collectUnknown(item, type.items, `${path}[${index}]`, found);
  } else if (type.kind === 'map' && isObject(value)) {
    for (const [key, item] of Object.entries(value)) collectUnknown(item, type.items, child(path, key), found);
  }
}

/**
 * A copy without unknown fields and nulls and with canonical quantities. Values of a wrong type are copied as they
 * are: `typeErrors` reports them.
 */
export function normalised(value: Json, type: ObjectType): Json {
  const { apiVersion, kind, ...rest } = value;
  const body = normaliseValue(rest, { kind: 'object', name: type.name }) as Json;
  return { ...(apiVersion !== undefined && { apiVersion }), ...(kind !== undefined && { kind }), ...body };
}

function normaliseValue(value: unknown, written: ValueType): unknown {
  const type = typeFor(written, value);
  if (type.kind === 'object' && isObject(value)) {
    const { properties } = typeNamed(type.name);
    const result: Json = {};
    for (const [name, item] of Object.entries(value)) {
      const field = properties.get(name);
      if (field && item !== null && item !== undefined) result[name] = normaliseValue(item, field.type);
    }
    return result;
  }
  if (type.kind === 'list' && Array.isArray(value)) {
    return value.filter((item) => item !== null).map((item) => normaliseValue(item, type.items));
  }
  if (type.kind === 'map' && isObject(value)) {
    const text = type.items.kind === 'value' && type.items.of === 'string';
    const entries = Object.entries(value).filter(([, item]) => item !== null || text);
    // In a map of strings Go reads null as the empty string: the key counts.
    return Object.fromEntries(
      entries.map(([key, item]) => [key, item === null ? '' : normaliseValue(item, type.items)]),
    );
  }
  if (type.kind === 'value' && type.of === 'quantity') return quantityOrSame(value);
  return structuredClone(value);
}

function quantityOrSame(value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  try {
    return canonicalQuantity(value);
  } catch (error) {
    if (hasCode(error, 'invalid')) return value;
    throw error;
  }
}

/** Everything in `value` whose JSON type is not the field's. */
export function typeErrors(value: unknown, type: ObjectType): FieldError[] {
  const errors: FieldError[] = [];
  const { apiVersion: _, kind: __, ...rest } = isObject(value) ? value : {};
  collectTypeErrors(rest, { kind: 'object', name: type.name }, '', errors);
  return errors;
}

function collectTypeErrors(value: unknown, written: ValueType, path: string, errors: FieldError[]): void {
  const type = typeFor(written, value);
  if (type.kind === 'value') {
    const problem = checks[type.of](value);
    if (problem !== undefined) errors.push(wrongType(path, brief(value), problem));
  } else if (type.kind === 'list') {
    if (!Array.isArray(value)) errors.push(wrongType(path, brief(value), 'must be a list'));
    else for (const [index, item] of value.entries()) collectTypeErrors(item, type.items, `${path}[${index}]`, errors);
  } else if (!isObject(value)) {
    errors.push(wrongType(path, brief(value), 'must be an object'));
  } else if (type.kind === 'map') {
    for (const [key, item] of Object.entries(value)) collectTypeErrors(item, type.items, child(path, key), errors);
  } else {
    const { properties } = typeNamed(type.name);
    for (const [name, item] of Object.entries(value)) {
      const field = properties.get(name);
      if (field && item !== null) collectTypeErrors(item, field.type, child(path, name), errors);
    }
  }
}

/** A message never carries a whole document. */
function brief(value: unknown): unknown {
  if (typeof value === 'string') return value.length > 64 ? `${value.slice(0, 64)}...` : value;
  if (Array.isArray(value)) return 'list';
  return isObject(value) ? 'object' : value;
}

const time = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const integer = (bits: 32 | 64) => (value: unknown) =>
  Number.isInteger(value) && Math.abs(value as number) <= 2 ** (bits - 1) ? undefined : `must be a ${bits} bit integer`;
const timestamp = (value: unknown) =>
  typeof value === 'string' && time.test(value) && !Number.isNaN(Date.parse(value))
    ? undefined
    : 'must be an RFC 3339 time such as 2026-01-02T15:04:05Z';
const anything = () => undefined;

const checks: Record<ScalarValue | SpecialValue, (value: unknown) => string | undefined> = {
  string: (value) => (typeof value === 'string' ? undefined : 'must be a string'),
  bool: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
  int32: integer(32),
  int64: integer(64),
  double: (value) => (typeof value === 'number' ? undefined : 'must be a number'),
  bytes: (value) => (typeof value === 'string' && base64.test(value) ? undefined : 'must be base64 text'),
  time: timestamp,
  microTime: timestamp,
  duration: (value) => (typeof value === 'string' ? undefined : 'must be a duration such as 30s'),
  quantity: quantityProblem,
  intOrString: (value) =>
    typeof value === 'string' || Number.isInteger(value) ? undefined : 'must be an integer or a string',
  embedded: (value) => (isObject(value) ? undefined : 'must be an object'),
  fields: (value) => (isObject(value) ? undefined : 'must be an object'),
  json: anything,
  schemaOrArray: anything,
  schemaOrBool: anything,
  schemaOrStrings: anything,
};

function quantityProblem(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return 'must be a quantity such as 100m or 64Mi';
  try {
    canonicalQuantity(value);
    return undefined;
  } catch (error) {
    if (hasCode(error, 'invalid')) return 'must be a quantity such as 100m or 64Mi';
    throw error;
  }
}
