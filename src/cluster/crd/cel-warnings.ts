import type { KubeObject } from '../../kube/index.js';
import type { JsonSchema } from '../kind.js';
import { child } from '../schema/index.js';
import { schemaOf } from './custom-object.js';
import type { Definition } from './definition.js';

/**
 * One sentence per version whose schema carries CEL rules. They are stored and shown, and not run: many definitions
 * use them for what is also checked elsewhere, so refusing the whole kind would cost more than it protects.
 */
export function celWarnings(object: KubeObject): string[] {
  return ((object as Definition).spec?.versions ?? []).flatMap((version) => {
    const places = celRulePaths(version.schema?.openAPIV3Schema ?? {}, '');
    if (places.length === 0) return [];
    const shown = places.slice(0, 5).join(', ');
    const more = places.length > 5 ? ` and ${places.length - 5} more` : '';
    return [`version ${version.name}: x-kubernetes-validations at ${shown}${more} are stored but not evaluated`];
  });
}

function celRulePaths(schema: JsonSchema, path: string): string[] {
  const own = Array.isArray(schema['x-kubernetes-validations']) ? [path || 'the root'] : [];
  const properties = Object.entries(schemaOf(schema.properties) ?? {});
  const inner = properties.flatMap(([name, item]) => celRulePaths(schemaOf(item) ?? {}, child(path, name)));
  const items = schemaOf(schema.items);
  const additional = schemaOf(schema.additionalProperties);
  return [
    ...own,
    ...inner,
    ...(items ? celRulePaths(items, `${path}[*]`) : []),
    ...(additional ? celRulePaths(additional, `${path}.*`) : []),
  ];
}
