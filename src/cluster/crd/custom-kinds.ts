import type { KubeObject } from '../../kube/index.js';
import { EdgeError } from '../../lib/index.js';
import type { CustomVersion, Kind, Subresource } from '../kind.js';
import type { Definition, DefinitionVersion } from './definition.js';
import { compareVersions } from './version-order.js';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const subresourceVerbs = ['get', 'patch', 'update'];
const scaleKind = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

/**
 * One kind per served version of a CustomResourceDefinition, the preferred version first. They share one
 * storage: with conversion None an object is the same in every version but for its apiVersion.
 * Throws `invalid` when the definition lacks what a kind cannot do without.
 */
export function customKinds(object: KubeObject): Kind[] {
  const definition = object as Definition;
  const { group, scope, names, versions = [] } = definition.spec ?? {};
  const name = definition.metadata?.name ?? '';
  if (!group || !names?.plural || !names.kind || versions.length === 0) {
    throw new EdgeError(
      'invalid',
      `CustomResourceDefinition "${name}" has no spec.group, spec.names.plural, spec.names.kind or spec.versions`,
    );
  }
  const storageVersion = versions.find((version) => version.storage)?.name ?? '';
  const shared = {
    singular: names.singular || names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs,
    storage: `${group}/${names.plural}`,
    custom: true,
    generation: true,
    strictUpdate: true,
    putCreates: false,
    deleteReturnsObject: false,
  };
  const { plural, kind } = names;
  return versions
    .filter((version) => version.served)
    .sort((a, b) => compareVersions(a.name ?? '', b.name ?? ''))
    .map((version) => ({
      ...shared,
      type: { group, version: version.name ?? '', plural, kind, namespaced: scope === 'Namespaced' },
      subresources: subresourcesOf(version),
      definition: customVersion(name, storageVersion, version, `${group}/${version.name} ${kind}`),
    }));
}

function subresourcesOf(version: DefinitionVersion): Subresource[] {
  const found: Subresource[] = [];
  if (version.subresources?.status) found.push({ name: 'status', verbs: subresourceVerbs });
  if (version.subresources?.scale) {
    found.push({ name: 'scale', verbs: subresourceVerbs, responseKind: scaleKind });
  }
  return found;
}

function customVersion(
  definitionName: string,
  storageVersion: string,
  from: DefinitionVersion,
  title: string,
): CustomVersion {
  const scale = from.subresources?.scale;
  return {
    definitionName,
    storageVersion,
    schema: from.schema?.openAPIV3Schema ?? {},
    statusSubresource: from.subresources?.status !== undefined,
    columns: from.additionalPrinterColumns ?? [],
    selectableFields: (from.selectableFields ?? []).map((field) => field.jsonPath ?? ''),
    ...(scale && {
      scale: {
        specReplicasPath: scale.specReplicasPath ?? '',
        statusReplicasPath: scale.statusReplicasPath ?? '',
        ...(scale.labelSelectorPath !== undefined && { labelSelectorPath: scale.labelSelectorPath }),
      },
    }),
    ...(from.deprecated && { deprecationWarning: from.deprecationWarning ?? `${title} is deprecated` }),
  };
}
