import type { KubeObject } from '../../kube/index.js';
import type { KindRegistry } from '../kind.js';
import type { Definition, DefinitionCondition } from './definition.js';

/**
 * The definition with its status: accepted names and the conditions that clients wait for, NamesAccepted before
 * Established (facts kubernetes-api §11). Names that another definition or a built-in kind of the group holds are
 * refused, and the kind is not established. A condition keeps its transition time while its status stays.
 */
export function establishDefinition(object: KubeObject, registry: KindRegistry, now: Date): KubeObject {
  const definition = object as Definition;
  const conflict = nameConflict(definition, registry);
  const old = definition.status?.conditions ?? [];
  const established = old.some((condition) => condition.type === 'Established' && condition.status === 'True');
  const accepted: DefinitionCondition = conflict
    ? { type: 'NamesAccepted', status: 'False', reason: 'NameConflict', message: conflict }
    : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' };
  const serving: DefinitionCondition =
    conflict && !established
      ? { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }
      : {
          type: 'Established',
          status: 'True',
          reason: 'InitialNamesAccepted',
          message: 'the initial names have been accepted',
        };
  const time = `${now.toISOString().slice(0, 19)}Z`;
  const stamped = [accepted, serving].map((condition) => {
    const before = old.find((item) => item.type === condition.type && item.status === condition.status);
    return { ...condition, lastTransitionTime: before?.lastTransitionTime ?? time };
  });
  const others = old.filter((item) => item.type !== 'NamesAccepted' && item.type !== 'Established');
  const names = conflict ? definition.status?.acceptedNames : definition.spec?.names;
  const storage = definition.spec?.versions?.find((version) => version.storage)?.name;
  const stored = definition.status?.storedVersions ?? [];
  return {
    ...definition,
    status: {
      ...definition.status,
      acceptedNames: names ?? { plural: '', kind: '' },
      conditions: [...stamped, ...others],
      storedVersions: storage && !stored.includes(storage) ? [...stored, storage] : stored,
    },
  } as KubeObject;
}

/** True when the definition's kinds are to be served. */
export function isEstablished(object: KubeObject): boolean {
  const conditions = (object as Definition).status?.conditions ?? [];
  return conditions.some((condition) => condition.type === 'Established' && condition.status === 'True');
}

function nameConflict(definition: Definition, registry: KindRegistry): string | undefined {
  const { group, names = {} } = definition.spec ?? {};
  const name = definition.metadata?.name;
  const wanted = [names.plural, names.singular, ...(names.shortNames ?? [])];
  for (const other of registry.all()) {
    if (other.type.group !== group || other.definition?.definitionName === name) continue;
    const taken = [other.type.plural, other.singular, ...other.shortNames];
    const clash = wanted.find((item) => item !== undefined && taken.includes(item));
    if (clash !== undefined) return `${JSON.stringify(clash)} is already in use`;
    if (other.type.kind === names.kind) return `${JSON.stringify(names.kind)} is already in use`;
  }
  return undefined;
}
