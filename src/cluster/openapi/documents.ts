import type { Kind } from '../kind.js';
import { typeOfKind } from '../schema/index.js';
import { builtInSchemas, type Dialect, type GroupVersionKind, type Schema } from './built-in-schemas.js';
import { customSchema } from './custom-schemas.js';
import { componentOf, pathsOf } from './paths.js';

/** OpenAPI v3 for the kinds of one group version. */
export function openApiV3(kinds: readonly Kind[], gitVersion: string): Schema {
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: gitVersion },
    paths: Object.assign({}, ...kinds.map((kind) => pathsOf(kind, 'v3'))) as Schema,
    components: { schemas: schemasOf(kinds, 'v3') },
  };
}

/** Swagger v2 for all kinds, in one document. */
export function swaggerV2(kinds: readonly Kind[], gitVersion: string): Schema {
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: gitVersion },
    paths: Object.assign({}, ...kinds.map((kind) => pathsOf(kind, 'v2'))) as Schema,
    definitions: schemasOf(kinds, 'v2'),
  };
}

function schemasOf(kinds: readonly Kind[], dialect: Dialect): Record<string, Schema> {
  const types = new Map<string, GroupVersionKind[]>([['meta.v1.ObjectMeta', []]]);
  const custom: Record<string, Schema> = {};
  for (const kind of kinds) {
    if (kind.definition) custom[componentOf(kind)] = customSchema(kind, kind.definition, dialect);
    for (const body of [kind.type, ...kind.subresources.flatMap((sub) => sub.responseKind ?? [])]) {
      const { group, version, kind: name } = body;
      const type = typeOfKind(group === '' ? version : `${group}/${version}`, name);
      if (type) types.set(type.name, [...(types.get(type.name) ?? []), { group, version, kind: name }]);
    }
  }
  const schemas = builtInSchemas(types, dialect);
  return { ...schemas, ...custom };
}
