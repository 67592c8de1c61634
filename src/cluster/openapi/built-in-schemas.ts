import {
  type Field,
  listMergeOf,
  type ObjectType,
  reachableTypes,
  type SpecialValue,
  type ValueType,
} from '../schema/index.js';
import { componentName, specialComponents } from './component-names.js';
import { descriptionOf } from './descriptions.js';

export type Schema = Record<string, unknown>;

/** OpenAPI v3 wraps a reference that has a description; Swagger v2 lets them stand side by side. */
export type Dialect = 'v2' | 'v3';

/** What a component says about the kinds it is the body of. */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const refPrefix = { v2: '#/definitions/', v3: '#/components/schemas/' };

export const refTo = (name: string, dialect: Dialect): Schema => ({ $ref: `${refPrefix[dialect]}${name}` });

/** Components for the named types and all they reach; `kinds` are the top-level ones. */
export function builtInSchemas(
  kinds: ReadonlyMap<string, readonly GroupVersionKind[]>,
  dialect: Dialect,
): Record<string, Schema> {
  const components: Record<string, Schema> = {};
  for (const type of reachableTypes(kinds.keys())) {
    components[componentName(type.name)] = objectSchema(type, kinds.get(type.name), dialect);
  }
  for (const [name, component] of Object.entries(specialComponents)) {
    components[component] = specialSchema(name as SpecialValue, dialect);
  }
  return components;
}

function objectSchema(type: ObjectType, kinds: readonly GroupVersionKind[] | undefined, dialect: Dialect): Schema {
  const properties: Record<string, Schema> = {};
  const top = kinds !== undefined && kinds.length > 0;
  if (top) {
    for (const name of ['apiVersion', 'kind']) {
      properties[name] = { type: 'string', ...described(descriptionOf('meta.v1.TypeMeta', name)) };
    }
  }
  for (const field of type.properties.values()) properties[field.name] = fieldSchema(type, field, dialect);
  const required = [...type.properties.values()].filter((field) => field.required).map((field) => field.name);
  return {
    ...described(descriptionOf(type.name)),
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
    ...(top && { 'x-kubernetes-group-version-kind': kinds }),
  };
}

function fieldSchema(type: ObjectType, field: Field, dialect: Dialect): Schema {
  const description = descriptionOf(type.name, field.name);
  const schema = valueSchema(field.type, dialect);
  const extensions = field.type.kind === 'list' ? mergeExtensions(type.name, field.name) : {};
  if ('$ref' in schema && dialect === 'v3' && description) return { allOf: [schema], description };
  return { ...schema, ...described(description), ...extensions };
}

/** How patches and server-side apply treat a list (facts kubernetes-api §7). */
function mergeExtensions(typeName: string, field: string): Schema {
  const merge = listMergeOf(typeName, field);
  if (!merge) return { 'x-kubernetes-list-type': 'atomic' };
  if (merge.set) return { 'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge' };
  return {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': merge.mapKeys ?? [merge.key],
    'x-kubernetes-patch-merge-key': merge.key,
    'x-kubernetes-patch-strategy': merge.retainKeys ? 'merge,retainKeys' : 'merge',
  };
}

function valueSchema(type: ValueType, dialect: Dialect): Schema {
  switch (type.kind) {
    case 'list':
      return { type: 'array', items: valueSchema(type.items, dialect) };
    case 'map':
      return { type: 'object', additionalProperties: valueSchema(type.items, dialect) };
    case 'object':
      return refTo(componentName(type.name), dialect);
    case 'value':
      break;
  }
  switch (type.of) {
    case 'string':
      return { type: 'string' };
    case 'bytes':
      return { type: 'string', format: 'byte' };
    case 'bool':
      return { type: 'boolean' };
    case 'int32':
    case 'int64':
      return { type: 'integer', format: type.of };
    case 'double':
      return { type: 'number', format: 'double' };
    default:
      return refTo(specialComponents[type.of], dialect);
  }
}

function specialSchema(name: SpecialValue, dialect: Dialect): Schema {
  const description = descriptionOf(specialComponents[name]);
  switch (name) {
    case 'time':
    case 'microTime':
      return { ...described(description), type: 'string', format: 'date-time' };
    case 'duration':
      return { ...described(description), type: 'string' };
    case 'quantity':
      return dialect === 'v2'
        ? { ...described(description), type: 'string' }
        : { ...described(description), oneOf: [{ type: 'string' }, { type: 'number' }] };
    case 'intOrString':
      return dialect === 'v2'
        ? { ...described(description), type: 'string', format: 'int-or-string' }
        : { ...described(description), format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
    case 'embedded':
    case 'fields':
      return { ...described(description), type: 'object' };
    default:
      return described(description);
  }
}

function described(description: string | undefined): Schema {
  return description ? { description } : {};
}
