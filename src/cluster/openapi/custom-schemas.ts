import type { CustomVersion, Kind } from '../kind.js';
import { isObject } from '../schema/index.js';
import { type Dialect, refTo, type Schema } from './built-in-schemas.js';
import { componentName } from './component-names.js';

/** The component of a custom kind: its definition's schema, with the fields that every object has. */
export function customSchema(kind: Kind, version: CustomVersion, dialect: Dialect): Schema {
  const own = dialect === 'v2' ? forSwagger(version.schema) : version.schema;
  const { group, version: name, kind: kindName } = kind.type;
  const properties = {
    ...(isObject(own.properties) ? own.properties : {}),
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: refTo(componentName('meta.v1.ObjectMeta'), dialect),
  };
  return {
    ...own,
    type: 'object',
    properties,
    'x-kubernetes-group-version-kind': [{ group, version: name, kind: kindName }],
  };
}

// Swagger v2 has no word for these; leaving them out only makes the client's own check laxer.
const unknownToSwagger = new Set(['allOf', 'anyOf', 'default', 'example', 'externalDocs', 'not', 'nullable', 'oneOf']);

function forSwagger(schema: Schema): Schema {
  // Old clients reject fields they do not find: where anything is allowed, nothing may be listed.
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) {
    return { ...(schema.description !== undefined && { description: schema.description }), type: 'object' };
  }
  const result: Schema = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (unknownToSwagger.has(keyword)) continue;
    if (keyword === 'properties' && isObject(value)) {
      result[keyword] = Object.fromEntries(
        Object.entries(value).map(([name, inner]) => [name, isObject(inner) ? forSwagger(inner) : inner]),
      );
    } else if ((keyword === 'items' || keyword === 'additionalProperties') && isObject(value)) {
      result[keyword] = forSwagger(value);
    } else result[keyword] = value;
  }
  if (schema.nullable === true) delete result.type;
  return result;
}
