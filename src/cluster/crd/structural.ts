import { hasCode } from '../../lib/index.js';
import type { FieldError, JsonSchema } from '../kind.js';
import { child, forbidden, invalid, isObject, notSupported, required } from '../schema/index.js';
import { schemaOf } from './custom-object.js';
import { parseJsonPath } from './json-path.js';
import { compilePattern } from './pattern.js';

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const refused = [
  '$ref',
  'definitions',
  'dependencies',
  'deprecated',
  'discriminator',
  'patternProperties',
  'uniqueItems',
];
const combinators = ['allOf', 'anyOf', 'oneOf'];

/** What keeps a schema from being structural (facts kubernetes-api §11), and what this cluster cannot serve of it. */
export function structuralErrors(schema: JsonSchema, path: string): FieldError[] {
  const errors = ownErrors(schema, path);
  const properties = schemaOf(schema.properties) ?? {};
  for (const [name, inner] of Object.entries(properties)) {
    if (isObject(inner)) errors.push(...structuralErrors(inner, `${path}.properties[${name}]`));
  }
  for (const keyword of ['items', 'additionalProperties']) {
    const inner = schemaOf(schema[keyword]);
    if (inner) errors.push(...structuralErrors(inner, child(path, keyword)));
  }
  if (Array.isArray(schema.items)) errors.push(forbidden(child(path, 'items'), 'items must be a schema object'));
  if (schema.additionalProperties !== undefined && Object.keys(properties).length > 0) {
    errors.push(
      forbidden(child(path, 'additionalProperties'), 'additionalProperties and properties are mutual exclusive'),
    );
  }
  return errors;
}

function ownErrors(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const free = schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema.type === undefined || schema.type === '') {
    if (!free) errors.push(required(child(path, 'type'), 'must not be empty for specified object fields'));
  } else if (!types.includes(String(schema.type))) {
    errors.push(notSupported(child(path, 'type'), schema.type, types));
  }
  for (const keyword of refused) {
    if (schema[keyword] !== undefined && schema[keyword] !== false) {
      errors.push(forbidden(child(path, keyword), `${keyword} is not supported in a structural schema`));
    }
  }
  if (schema.type === 'array' && schemaOf(schema.items) === undefined) {
    errors.push(required(child(path, 'items'), 'must be specified'));
  }
  errors.push(...patternErrors(schema, path), ...listTypeErrors(schema, path), ...combinationErrors(schema, path));
  return errors;
}

function patternErrors(schema: JsonSchema, path: string): FieldError[] {
  const pattern = schema.pattern;
  if (typeof pattern !== 'string' || compilePattern(pattern)) return [];
  return [invalid(child(path, 'pattern'), pattern, 'must be a regular expression that ECMAScript understands too')];
}

function listTypeErrors(schema: JsonSchema, path: string): FieldError[] {
  const type = schema['x-kubernetes-list-type'];
  if (type === undefined) return [];
  const at = child(path, 'x-kubernetes-list-type');
  if (type !== 'atomic' && type !== 'map' && type !== 'set') return [notSupported(at, type, ['atomic', 'map', 'set'])];
  const keys = schema['x-kubernetes-list-map-keys'] as readonly string[] | undefined;
  return type === 'map' && !keys?.length
    ? [required(child(path, 'x-kubernetes-list-map-keys'), 'must be specified when x-kubernetes-list-type is map')]
    : [];
}

/** Inside a combinator only values are judged: types, defaults and pruning come from the outside alone. */
function combinationErrors(schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const inner: [string, JsonSchema][] = combinators.flatMap((keyword) =>
    ((schema[keyword] as readonly JsonSchema[] | undefined) ?? []).map((item, index): [string, JsonSchema] => [
      `${path}.${keyword}[${index}]`,
      item,
    ]),
  );
  const not = schemaOf(schema.not);
  if (not) inner.push([`${path}.not`, not]);
  for (const [at, item] of inner) {
    for (const keyword of [
      'additionalProperties',
      'default',
      'nullable',
      'title',
      'x-kubernetes-preserve-unknown-fields',
    ]) {
      if (item[keyword] !== undefined) errors.push(forbidden(child(at, keyword), 'must be undefined to be structural'));
    }
    errors.push(...patternErrors(item, at), ...combinationErrors(item, at));
  }
  return errors;
}

/** A JSON path outside the supported subset, as a field error. */
export function jsonPathErrors(path: string | undefined, field: string): FieldError[] {
  if (!path) return [required(field)];
  try {
    parseJsonPath(path);
    return [];
  } catch (error) {
    if (hasCode(error, 'unsupported')) return [invalid(field, path, error.message)];
    throw error;
  }
}
