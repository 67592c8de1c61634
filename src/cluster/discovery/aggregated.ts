import type { Kind, Subresource } from '../kind.js';
import { byGroup, type Group } from './groups.js';

/** The content type that says which document this is, as clients compare it. */
export const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** `/api` (the core group) or `/apis` (all others) as one APIGroupDiscoveryList (facts kubernetes-api §2). */
export function aggregatedDiscovery(kinds: readonly Kind[], core: boolean): unknown {
  const groups = byGroup(kinds).filter((group) => (group.name === '') === core);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map(groupItem),
  };
}

function groupItem(group: Group) {
  return {
    metadata: { name: group.name },
    versions: group.versions.map(({ version, kinds }) => ({
      version,
      freshness: 'Current',
      resources: kinds.map(resourceItem),
    })),
  };
}

function resourceItem(kind: Kind) {
  const { group, version, kind: name, plural, namespaced } = kind.type;
  const own = { group, version, kind: name };
  return {
    resource: plural,
    responseKind: own,
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: kind.verbs,
    ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    ...(kind.categories.length > 0 && { categories: kind.categories }),
    ...(kind.subresources.length > 0 && { subresources: kind.subresources.map((sub) => subresourceItem(sub, own)) }),
  };
}

function subresourceItem(sub: Subresource, own: NonNullable<Subresource['responseKind']>) {
  return { subresource: sub.name, responseKind: sub.responseKind ?? own, verbs: sub.verbs };
}
