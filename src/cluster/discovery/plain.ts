import type { Kind } from '../kind.js';
import { type Group, groupVersion } from './groups.js';

// The discovery documents of clients that do not ask for the aggregated form (facts kubernetes-api §2).

const addresses: readonly unknown[] = [];

export function apiVersions(core: Group | undefined): unknown {
  const versions = core?.versions.map(({ version }) => version) ?? [];
  return { kind: 'APIVersions', versions, serverAddressByClientCIDRs: addresses };
}

export function apiGroupList(groups: readonly Group[]): unknown {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupBody) };
}

export function apiGroup(group: Group): unknown {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupBody(group) };
}

function groupBody(group: Group) {
  const versions = group.versions.map(({ version }) => ({ groupVersion: groupVersion(group.name, version), version }));
  return { name: group.name, versions, preferredVersion: versions[0] };
}

export function apiResourceList(group: string, version: string, kinds: readonly Kind[]): unknown {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: groupVersion(group, version),
    resources: kinds.flatMap(resourceBodies),
  };
}

function resourceBodies(kind: Kind) {
  const { plural, namespaced, kind: name } = kind.type;
  const own = {
    name: plural,
    singularName: kind.singular,
    namespaced,
    kind: name,
    verbs: kind.verbs,
    ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    ...(kind.categories.length > 0 && { categories: kind.categories }),
  };
  const subresources = kind.subresources.map(({ name: sub, verbs, responseKind }) => ({
    name: `${plural}/${sub}`,
    singularName: '',
    namespaced,
    // Told only where the body belongs to another group than the path.
    ...(responseKind && { group: responseKind.group, version: responseKind.version }),
    kind: responseKind?.kind ?? name,
    verbs,
  }));
  return [own, ...subresources];
}
