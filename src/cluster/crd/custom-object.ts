import type { KubeObject } from '../../kube/index.js';
import type { CustomVersion, JsonSchema } from '../kind.js';
import { child, isObject, normalised, typeNamed, unknownPaths } from '../schema/index.js';

type Json = Record<string, unknown>;

// An embedded resource knows these without its schema saying so; so does the object itself.
const resourceFields = new Set(['apiVersion', 'kind', 'metadata']);

/** Paths of a custom object that its schema would prune, metadata included (facts kubernetes-api §11). */
export function customUnknownFields(version: CustomVersion, object: KubeObject): string[] {
  const found: string[] = [];
  prune(object, version.schema, '', true, found);
  const metadata = unknownPaths(object.metadata ?? {}, typeNamed('meta.v1.ObjectMeta'));
  return [...metadata.map((path) => `metadata.${path}`), ...found];
}

/** Prunes, then fills the schema's defaults. Metadata is completed by its own type, never by the schema. */
export function completeCustom(version: CustomVersion, object: KubeObject): KubeObject {
  const pruned = prune(object, version.schema, '', true, []) as Json;
  fillDefaults(pruned, version.schema);
  const metadata = object.metadata && normalised({ ...object.metadata }, typeNamed('meta.v1.ObjectMeta'));
  return { ...pruned, ...(metadata && { metadata }) } as KubeObject;
}

function prune(value: unknown, schema: JsonSchema, path: string, resource: boolean, dropped: string[]): unknown {
  if (Array.isArray(value)) {
    const items = schemaOf(schema.items);
    return items
      ? value.map((item, index) => prune(item, items, `${path}[${index}]`, isResource(items), dropped))
      : structuredClone(value);
  }
  if (!isObject(value)) return value;
  const result: Json = {};
  for (const [name, item] of Object.entries(value)) {
    const at = child(path, name);
    const known = propertyOf(schema, name);
    if (resource && resourceFields.has(name)) result[name] = structuredClone(item);
    else if (known === true) result[name] = structuredClone(item);
    else if (known) result[name] = prune(item, known, at, isResource(known), dropped);
    else dropped.push(at);
  }
  return result;
}

/** The schema of a property; true when it is kept as it is, undefined when it is unknown. */
function propertyOf(schema: JsonSchema, name: string): JsonSchema | true | undefined {
  const properties = schemaOf(schema.properties);
  const own = properties && Object.hasOwn(properties, name) ? schemaOf(properties[name]) : undefined;
  if (own) return own;
  const additional = schema.additionalProperties;
  if (additional === true || schema['x-kubernetes-preserve-unknown-fields'] === true) return true;
  return schemaOf(additional);
}

function fillDefaults(value: unknown, schema: JsonSchema): void {
  if (Array.isArray(value)) {
    const items = schemaOf(schema.items);
    if (items) for (const item of value) fillDefaults(item, items);
    return;
  }
  if (!isObject(value)) return;
  for (const [name, raw] of Object.entries(schemaOf(schema.properties) ?? {})) {
    const property = schemaOf(raw) ?? {};
    // A null that may not be there counts as absent when there is a default for it.
    const absent = value[name] === undefined || (value[name] === null && property.nullable !== true);
    if (absent && property.default !== undefined) value[name] = structuredClone(property.default);
    fillDefaults(value[name], property);
  }
  const additional = schemaOf(schema.additionalProperties);
  const known = schemaOf(schema.properties) ?? {};
  if (additional) {
    for (const [name, item] of Object.entries(value)) {
      if (!Object.hasOwn(known, name)) fillDefaults(item, additional);
    }
  }
}

const isResource = (schema: JsonSchema) => schema['x-kubernetes-embedded-resource'] === true;

/** A schema where one is; undefined for booleans and absent ones. */
export function schemaOf(value: unknown): JsonSchema | undefined {
  return isObject(value) ? value : undefined;
}
