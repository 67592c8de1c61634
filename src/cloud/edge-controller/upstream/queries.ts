import { type KubeObject, type ResourceType, resources } from '../../../kube/index.js';
import { EdgeError } from '../../../lib/index.js';
import { groups, replyTo, sources } from '../../../wire/index.js';
import { type NodeScope, persistentVolumeClaims, persistentVolumes } from '../node-scope.js';
import { queryError, queryReply } from './reply.js';
import { objectOf, type UpstreamHandler, type UpstreamRequest } from './request.js';

/** A query answered with one object, after `allow` has agreed. */
function query(
  type: ResourceType,
  allow: (scope: NodeScope, request: UpstreamRequest) => void | Promise<void>,
): UpstreamHandler {
  return {
    failed: queryError,
    async answer({ kube, scope }, request) {
      const { namespace, name, message } = request;
      await allow(scope, request);
      return queryReply(message, await kube.get(type, type.namespaced ? { namespace, name } : { name }));
    },
  };
}

export const queryConfigMap = query(resources.configMaps, (scope, { node, namespace, name }) =>
  scope.reads(node, 'configmap', namespace, name),
);

export const querySecret = query(resources.secrets, (scope, { node, namespace, name }) =>
  scope.reads(node, 'secret', namespace, name),
);

export const queryClaim = query(persistentVolumeClaims, (scope, { node, namespace, name }) =>
  scope.claims(node, namespace, name),
);

export const queryVolume = query(persistentVolumes, (scope, { node, name }) => scope.volume(node, name));

/** Asked by edges of ours only. Every node may read them, as with a kubelet. */
export const queryRuntimeClass = query(resources.runtimeClasses, () => {});

/** A service account token for a projected volume; the reply is the TokenRequest with its status. */
export const requestToken: UpstreamHandler = {
  failed: queryError,
  async answer({ kube, scope }, { node, message, namespace, name }) {
    const request = objectOf(message);
    scope.token(node, namespace, name, request);
    const body = { ...request, apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest' };
    return queryReply(
      message,
      await kube.post<KubeObject>(resources.serviceAccounts, { namespace, name }, 'token', body),
    );
  },
};

/** The CA of the API server, which every namespace holds a copy of. */
export const queryClusterCa: UpstreamHandler = {
  failed: queryError,
  async answer({ kube }, { message }) {
    const key = { namespace: 'default', name: 'kube-root-ca.crt' };
    const { data } = await kube.get(resources.configMaps, key);
    const pem = data?.['ca.crt'];
    if (pem === undefined) throw new EdgeError('not-found', 'configmap default/kube-root-ca.crt has no ca.crt');
    return replyTo(message, { source: sources.cloudHub, group: groups.resource, content: pem });
  },
};
