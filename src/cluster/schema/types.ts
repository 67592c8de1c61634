import { EdgeError } from '../../lib/index.js';
import source from './kubernetes-types.json' with { type: 'json' };

/** Values with a JSON form of their own (facts kubernetes-api §1). */
export type SpecialValue =
  | 'time'
  | 'microTime'
  | 'duration'
  | 'quantity'
  | 'intOrString'
  | 'embedded'
  | 'fields'
  | 'json'
  | 'schemaOrArray'
  | 'schemaOrBool'
  | 'schemaOrStrings';
export type ScalarValue = 'string' | 'bool' | 'int32' | 'int64' | 'double' | 'bytes';

export type ValueType =
  | { readonly kind: 'value'; readonly of: ScalarValue | SpecialValue }
  | { readonly kind: 'object'; readonly name: string }
  | { readonly kind: 'list'; readonly items: ValueType }
  | { readonly kind: 'map'; readonly items: ValueType };

export interface Field {
  /** Protobuf field number. */
  readonly number: number;
  readonly name: string;
  readonly type: ValueType;
  /** A Go pointer: absent and zero differ. */
  readonly pointer: boolean;
  /** JSON flattens this object into its parent. */
  readonly inline: boolean;
  readonly required: boolean;
}

export interface ObjectType {
  readonly name: string;
  /** As on the protobuf wire. */
  readonly fields: readonly Field[];
  readonly byNumber: ReadonlyMap<number, Field>;
  /** As in JSON: inlined objects flattened; `apiVersion` and `kind` of top-level objects are not among them. */
  readonly properties: ReadonlyMap<string, Field>;
}

const lines: Readonly<Record<string, readonly string[]>> = source;
const special = new Set([
  ...['string', 'bool', 'int32', 'int64', 'double', 'bytes', 'time', 'microTime', 'duration', 'quantity'],
  ...['intOrString', 'embedded', 'fields', 'json', 'schemaOrArray', 'schemaOrBool', 'schemaOrStrings'],
]);
const parsed = new Map<string, ObjectType>();

/** The built-in type `core.v1.Pod`. Throws `internal` for a name the data does not hold: names come from the data. */
export function typeNamed(name: string): ObjectType {
  const known = parsed.get(name);
  if (known) return known;
  const fields = lines[name]?.map(parseField);
  if (!fields) throw new EdgeError('internal', `no built-in type ${name}`);
  const byNumber = new Map(fields.map((field) => [field.number, field]));
  const type = { name, fields, byNumber, properties: flatten(fields) };
  parsed.set(name, type);
  return type;
}

/** The type of a top-level object, undefined when it is not built in. DeleteOptions and Status exist in every group. */
export function typeOfKind(apiVersion: string, kind: string): ObjectType | undefined {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? 'core' : (apiVersion.slice(0, slash).split('.')[0] ?? '');
  const everywhere = kind === 'DeleteOptions' || kind === 'Status';
  const name = everywhere ? `meta.v1.${kind}` : `${group}.${apiVersion.slice(slash + 1)}.${kind}`;
  return Object.hasOwn(lines, name) ? typeNamed(name) : undefined;
}

const schemaType: ValueType = { kind: 'object', name: 'apiextensions.v1.JSONSchemaProps' };

/** Where a type leaves a choice (a JSON schema or something simpler), the type that fits the value. */
export function typeFor(type: ValueType, value: unknown): ValueType {
  if (type.kind !== 'value') return type;
  switch (type.of) {
    case 'schemaOrArray':
      return Array.isArray(value) ? { kind: 'list', items: schemaType } : schemaType;
    case 'schemaOrBool':
      return typeof value === 'boolean' ? { kind: 'value', of: 'bool' } : schemaType;
    case 'schemaOrStrings':
      return Array.isArray(value) ? { kind: 'list', items: { kind: 'value', of: 'string' } } : schemaType;
    default:
      return type;
  }
}

/** Every type that `type` reaches, itself included, in a stable order. */
export function reachableTypes(names: Iterable<string>): ObjectType[] {
  const found = new Map<string, ObjectType>();
  const visit = (name: string) => {
    if (found.has(name)) return;
    const type = typeNamed(name);
    found.set(name, type);
    for (const field of type.properties.values()) {
      const inner = innermost(field.type);
      if (inner.kind === 'object') visit(inner.name);
    }
  };
  for (const name of names) visit(name);
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function innermost(type: ValueType): ValueType {
  return type.kind === 'list' || type.kind === 'map' ? innermost(type.items) : type;
}

function parseField(line: string): Field {
  const [number = '', name = '', type = '', ...marks] = line.split(' ');
  return {
    number: Number(number),
    name,
    type: parseType(type),
    pointer: marks.includes('?'),
    inline: marks.includes('inline'),
    required: marks.includes('required'),
  };
}

function parseType(text: string): ValueType {
  if (text.startsWith('[]')) return { kind: 'list', items: parseType(text.slice(2)) };
  if (text.startsWith('map:')) return { kind: 'map', items: parseType(text.slice(4)) };
  return special.has(text) ? { kind: 'value', of: text as ScalarValue | SpecialValue } : { kind: 'object', name: text };
}

function flatten(fields: readonly Field[]): Map<string, Field> {
  const properties = new Map<string, Field>();
  for (const field of fields) {
    const inner =
      field.inline && field.type.kind === 'object' ? [...typeNamed(field.type.name).properties.values()] : [field];
    for (const property of inner) properties.set(property.name, property);
  }
  return properties;
}
