import { requireAllowed } from '../auth/index.js';
import type { Kind } from '../kind.js';
import { noSuchResource, notAllowed, notImplemented } from '../refusals.js';
import type { Api, Call, Verb } from './call.js';
import { queryFlag } from './query-flag.js';
import type { ResourcePath } from './resource-path.js';
import { bindPod } from './subresources/binding.js';
import { evictPod } from './subresources/eviction.js';
import { finalizeNamespace } from './subresources/finalize.js';
import { readLog } from './subresources/log.js';
import { getScale, patchScale, updateScale } from './subresources/scale.js';
import { requestToken } from './subresources/token.js';
import { createObject } from './verbs/create.js';
import { removeObject } from './verbs/delete.js';
import { removeCollection } from './verbs/delete-collection.js';
import { getObject } from './verbs/get.js';
import { listObjects } from './verbs/list.js';
import { patchObject } from './verbs/patch.js';
import { updateObject } from './verbs/update.js';
import { watchObjects } from './verbs/watch.js';

const verbs: Record<string, Verb> = {
  create: createObject,
  delete: removeObject,
  deletecollection: removeCollection,
  get: getObject,
  list: listObjects,
  patch: patchObject,
  update: updateObject,
  watch: watchObjects,
  'get status': getObject,
  'patch status': patchObject,
  'update status': updateObject,
  'create binding': bindPod,
  'create eviction': evictPod,
  'create token': requestToken,
  'get log': readLog,
  'get scale': getScale,
  'patch scale': patchScale,
  'update finalize': finalizeNamespace,
  'update scale': updateScale,
};

/** Known to Kubernetes, not here yet: refused by name rather than as if they did not exist. */
const missingGroups = [
  'admissionregistration.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
];
const missingSubresources = ['attach', 'ephemeralcontainers', 'exec', 'portforward', 'proxy', 'resize'];

/** The kind a path is about; undefined for a group version nobody serves. Throws 404 and 501. */
export function kindOfPath({ registry }: Api, path: ResourcePath): Kind | undefined {
  const { group, version, resource } = path;
  // POST /bindings is another way to write to pods/binding.
  const isBinding = group === '' && resource === 'bindings' && path.name === undefined;
  const kind = registry.find(group, version, isBinding ? 'pods' : resource);
  if (kind) {
    const misplaced = kind.type.namespaced
      ? path.name !== undefined && path.namespace === undefined
      : path.namespace !== undefined;
    if (misplaced) throw noSuchResource();
    return kind;
  }
  if (registry.all().some(({ type }) => type.group === group && type.version === version)) throw noSuchResource();
  if (missingGroups.includes(group)) throw notImplemented(`${resource}.${group}`);
  return undefined;
}

/** Authorizes a call and gives the verb that answers it. Throws 403, 404, 405 and 501. */
export function verbOf(call: Call): Verb {
  const { kind, path, user } = call;
  const isBinding = path.resource === 'bindings';
  const subresource = isBinding ? 'binding' : path.subresource;
  const verb = isBinding && call.request.method !== 'POST' ? undefined : verbName(call);
  requireAllowed(user, { verb: verb ?? 'unknown', ...path });
  if (subresource !== undefined && missingSubresources.includes(subresource)) {
    throw notImplemented(`${kind.type.plural}/${subresource}`);
  }
  const offered =
    subresource === undefined ? kind.verbs : kind.subresources.find(({ name }) => name === subresource)?.verbs;
  if (!offered) throw noSuchResource();
  const handler = verb === undefined ? undefined : verbs[subresource === undefined ? verb : `${verb} ${subresource}`];
  if (verb === undefined || !offered.includes(verb) || !handler) throw notAllowed();
  return handler;
}

function verbName({ request, path, query, kind }: Call): string | undefined {
  const single = path.name !== undefined;
  const creatable =
    path.subresource !== undefined || (!single && kind.type.namespaced === (path.namespace !== undefined));
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      if (path.subresource !== undefined) return 'get';
      if (queryFlag(query, 'watch')) return 'watch';
      return single ? 'get' : 'list';
    case 'POST':
      return creatable ? 'create' : undefined;
    case 'PUT':
      return single ? 'update' : undefined;
    case 'PATCH':
      return single ? 'patch' : undefined;
    case 'DELETE':
      if (path.subresource !== undefined) return undefined;
      return single ? 'delete' : 'deletecollection';
    default:
      return undefined;
  }
}
