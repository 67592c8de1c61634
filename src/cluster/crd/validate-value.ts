import { isDeepStrictEqual } from 'node:util';
import type { FieldError, JsonSchema } from '../kind.js';
import { child, invalid, isObject, notSupported, required, tooLong, tooMany, wrongType } from '../schema/index.js';
import { schemaOf } from './custom-object.js';
import { formatProblem } from './formats.js';
import { compilePattern } from './pattern.js';

/** Everything in which a value departs from a structural schema (facts kubernetes-api §11). CEL rules are not run. */
export function validateValue(value: unknown, schema: JsonSchema, path: string): FieldError[] {
  if (value === null) {
    return schema.nullable === true || Object.keys(schema).length === 0
      ? []
      : [wrongType(path, null, `${inBody(path)} must be of type ${String(schema.type ?? 'object')}: "null"`)];
  }
  const mistyped = checkType(value, schema, path);
  if (mistyped) return [mistyped];
  return [
    ...checkEnum(value, schema, path),
    ...(typeof value === 'string' ? checkString(value, schema, path) : []),
    ...(typeof value === 'number' ? checkNumber(value, schema, path) : []),
    ...(Array.isArray(value) ? checkList(value, schema, path) : []),
    ...(isObject(value) ? checkObject(value, schema, path) : []),
    ...checkCombinations(value, schema, path),
  ];
}

const inBody = (path: string) => `${path || 'the object'} in body`;

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function checkType(value: unknown, schema: JsonSchema, path: string): FieldError | undefined {
  const actual = typeOf(value);
  if (schema['x-kubernetes-int-or-string'] === true) {
    return actual === 'integer' || actual === 'string'
      ? undefined
      : wrongType(path, actual, `${inBody(path)} must be of type integer,string: "${actual}"`);
  }
  const wanted = schema.type;
  if (wanted === undefined || wanted === actual || (wanted === 'number' && actual === 'integer')) return undefined;
  return wrongType(path, actual, `${inBody(path)} must be of type ${String(wanted)}: "${actual}"`);
}

function checkEnum(value: unknown, schema: JsonSchema, path: string): FieldError[] {
  const allowed = schema.enum;
  if (!Array.isArray(allowed) || allowed.some((item) => isDeepStrictEqual(item, value))) return [];
  return [notSupported(path, value, allowed.map(String))];
}

function checkString(value: string, schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const length = [...value].length;
  if (length > limit(schema, 'maxLength', Infinity)) errors.push(tooLong(path, limit(schema, 'maxLength', 0)));
  if (length < limit(schema, 'minLength', 0)) {
    errors.push(invalid(path, value, `${inBody(path)} should be at least ${schema.minLength} chars long`));
  }
  const { pattern } = schema;
  if (typeof pattern === 'string' && compilePattern(pattern)?.test(value) === false) {
    errors.push(invalid(path, value, `${inBody(path)} should match '${pattern}'`));
  }
  const problem = formatProblem(schema.format, value);
  if (problem)
    errors.push(invalid(path, value, `${inBody(path)} must be of type ${problem}: ${JSON.stringify(value)}`));
  return errors;
}

function checkNumber(value: number, schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const say = (text: string) => errors.push(invalid(path, value, `${inBody(path)} should be ${text}`));
  const minimum = limit(schema, 'minimum', -Infinity);
  const maximum = limit(schema, 'maximum', Infinity);
  if (schema.exclusiveMinimum === true ? value <= minimum : value < minimum) {
    say(`greater than ${schema.exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`);
  }
  if (schema.exclusiveMaximum === true ? value >= maximum : value > maximum) {
    say(`less than ${schema.exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`);
  }
  const step = limit(schema, 'multipleOf', 0);
  if (step > 0 && !Number.isInteger(value / step)) say(`a multiple of ${step}`);
  const bits = schema.format === 'int32' ? 31 : schema.format === 'int64' ? 63 : undefined;
  if (bits && (!Number.isInteger(value) || value < -(2 ** bits) || value > 2 ** bits)) say(`an ${schema.format}`);
  return errors;
}

function checkList(value: readonly unknown[], schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (value.length > limit(schema, 'maxItems', Infinity)) {
    errors.push(tooMany(path, value.length, limit(schema, 'maxItems', 0)));
  }
  if (value.length < limit(schema, 'minItems', 0)) {
    errors.push(invalid(path, value.length, `${inBody(path)} should have at least ${schema.minItems} items`));
  }
  const items = schemaOf(schema.items);
  if (items) errors.push(...value.flatMap((item, index) => validateValue(item, items, `${path}[${index}]`)));
  return [...errors, ...checkUnique(value, schema, path)];
}

/** `set` lists hold each value once, `map` lists each combination of keys. */
function checkUnique(value: readonly unknown[], schema: JsonSchema, path: string): FieldError[] {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return [];
  const keys = (schema['x-kubernetes-list-map-keys'] as readonly string[] | undefined) ?? [];
  const seen = new Set<string>();
  return value.flatMap((item, index) => {
    const identity = type === 'set' ? item : keys.map((key) => (isObject(item) ? (item[key] ?? null) : null));
    const text = JSON.stringify(identity);
    if (!seen.has(text)) {
      seen.add(text);
      return [];
    }
    return [{ field: `${path}[${index}]`, reason: 'FieldValueDuplicate', message: `Duplicate value: ${text}` }];
  });
}

function checkObject(value: Record<string, unknown>, schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const properties = schemaOf(schema.properties) ?? {};
  const additional = schemaOf(schema.additionalProperties);
  for (const name of (schema.required as readonly string[] | undefined) ?? []) {
    if (!Object.hasOwn(value, name)) errors.push(required(child(path, name)));
  }
  const count = Object.keys(value).length;
  if (count > limit(schema, 'maxProperties', Infinity)) {
    errors.push(tooMany(path, count, limit(schema, 'maxProperties', 0)));
  }
  if (count < limit(schema, 'minProperties', 0)) {
    errors.push(invalid(path, count, `${inBody(path)} should have at least ${schema.minProperties} properties`));
  }
  for (const [name, item] of Object.entries(value)) {
    const inner = Object.hasOwn(properties, name) ? schemaOf(properties[name]) : additional;
    if (inner) errors.push(...validateValue(item, inner, child(path, name)));
  }
  return errors;
}

function checkCombinations(value: unknown, schema: JsonSchema, path: string): FieldError[] {
  const list = (keyword: string) => (schema[keyword] as readonly JsonSchema[] | undefined) ?? [];
  const fits = (inner: JsonSchema) => validateValue(value, inner, path).length === 0;
  const errors = list('allOf').flatMap((inner) => validateValue(value, inner, path));
  if (list('anyOf').length > 0 && !list('anyOf').some(fits)) {
    errors.push(invalid(path, typeOf(value), `${inBody(path)} must validate at least one schema (anyOf)`));
  }
  if (list('oneOf').length > 0 && list('oneOf').filter(fits).length !== 1) {
    errors.push(invalid(path, typeOf(value), `${inBody(path)} must validate one and only one schema (oneOf)`));
  }
  const not = schemaOf(schema.not);
  if (not && fits(not)) {
    errors.push(invalid(path, typeOf(value), `${inBody(path)} must not validate the schema (not)`));
  }
  return errors;
}

function limit(schema: JsonSchema, keyword: string, otherwise: number): number {
  const value = schema[keyword];
  return typeof value === 'number' ? value : otherwise;
}
