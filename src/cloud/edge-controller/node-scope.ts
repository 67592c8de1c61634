import { type KubeApi, type KubeObject, type Node, type Pod, resources } from '../../kube/index.js';
import { EdgeError, hasCode } from '../../lib/index.js';
import { type ClusterView, podIndexes } from './cluster-view.js';
import { referencesOf } from './pod-references.js';

/**
 * What a node may touch: itself, its lease, its pods, and what its pods read (the rules of the Kubernetes node
 * authorizer, applied here because the API sees only the cloud). Every check throws `denied`.
 */
export interface NodeScope {
  ownName(node: string, kind: string, name: string | undefined): void;
  ownPod(node: string, namespace: string, name: string): Promise<void>;
  reads(node: string, kind: 'configmap' | 'secret', namespace: string, name: string): void;
  claims(node: string, namespace: string, name: string): void;
  volume(node: string, name: string): Promise<void>;
  token(node: string, namespace: string, account: string, request: unknown): void;
  event(node: string, event: unknown): void;
  /** A mirror pod of the node: bound to it, marked as a mirror, reading nothing from the API. */
  mirrorPod(node: string, pod: Pod): void;
  labels(node: string, object: Node): void;
}

const mirrorAnnotation = 'kubernetes.io/config.mirror';
const restrictedLabel = /(^|\.)node-restriction\.kubernetes\.io\//;

export function createNodeScope(options: {
  readonly view: Pick<ClusterView, 'pods'>;
  readonly kube: Pick<KubeApi, 'get'>;
}): NodeScope {
  const { view, kube } = options;
  const podsOf = (node: string) => view.pods.byIndex(podIndexes.node, node);
  const claimsOf = (node: string) => new Set(podsOf(node).flatMap((pod) => referencesOf(pod).claims));
  const deny = (node: string, what: string): never => {
    throw new EdgeError('denied', `node ${node} may not use ${what}`);
  };

  return {
    ownName(node, kind, name) {
      if (name !== node) deny(node, `${kind} ${name ?? ''}`);
    },
    async ownPod(node, namespace, name) {
      // The copy may lag behind a pod the node has just created.
      const pod = view.pods.get(`${namespace}/${name}`) ?? (await kube.get(resources.pods, { namespace, name }));
      if (pod.spec?.nodeName !== node) deny(node, `pod ${namespace}/${name}`);
    },
    reads(node, kind, namespace, name) {
      const index = kind === 'secret' ? podIndexes.secret : podIndexes.configMap;
      const readers = view.pods.byIndex(index, `${namespace}/${name}`);
      if (!readers.some((pod) => pod.spec?.nodeName === node)) deny(node, `${kind} ${namespace}/${name}`);
    },
    claims(node, namespace, name) {
      if (!claimsOf(node).has(`${namespace}/${name}`)) deny(node, `persistentvolumeclaim ${namespace}/${name}`);
    },
    async volume(node, name) {
      for (const key of claimsOf(node)) {
        const [namespace = '', claim = ''] = key.split('/');
        if ((await volumeOfClaim(kube, namespace, claim)) === name) return;
      }
      deny(node, `persistentvolume ${name}`);
    },
    token(node, namespace, account, request) {
      const bound = (request as { spec?: { boundObjectRef?: { kind?: string; uid?: string } } } | null)?.spec
        ?.boundObjectRef;
      const pod = podsOf(node).find(
        ({ metadata }) => metadata?.uid === bound?.uid && metadata?.namespace === namespace,
      );
      if (bound?.kind !== 'Pod' || pod === undefined || (pod.spec?.serviceAccountName ?? 'default') !== account) {
        deny(node, `a token of serviceaccount ${namespace}/${account} that is not bound to a pod of its own`);
      }
    },
    event(node, event) {
      const { source, reportingInstance } = (event ?? {}) as { source?: { host?: string }; reportingInstance?: string };
      if (source?.host !== node && reportingInstance !== node) deny(node, 'an event of another reporter');
    },
    mirrorPod(node, pod) {
      const { configMaps, secrets, claims } = referencesOf(pod);
      const reads = [...configMaps, ...secrets, ...claims].length > 0 || pod.spec?.serviceAccountName !== undefined;
      const mirror = pod.metadata?.annotations?.[mirrorAnnotation] !== undefined;
      if (pod.spec?.nodeName !== node || !mirror || reads)
        deny(node, `pod ${pod.metadata?.name} that is no mirror of its own`);
    },
    labels(node, object) {
      const names = Object.keys(object.metadata?.labels ?? {});
      const restricted = names.find((name) => restrictedLabel.test(name));
      if (restricted !== undefined) deny(node, `label ${restricted}`);
    },
  };
}

async function volumeOfClaim(kube: Pick<KubeApi, 'get'>, namespace: string, name: string): Promise<string | undefined> {
  try {
    const claim: KubeObject & { spec?: { volumeName?: string } } = await kube.get(persistentVolumeClaims, {
      namespace,
      name,
    });
    return claim.spec?.volumeName;
  } catch (error) {
    if (hasCode(error, 'not-found')) return undefined;
    throw error;
  }
}

/** Everything is allowed, as with a Go cloud whose `authorization` is off. */
export const openScope: NodeScope = {
  ownName() {},
  async ownPod() {},
  reads() {},
  claims() {},
  async volume() {},
  token() {},
  event() {},
  mirrorPod() {},
  labels() {},
};

const core = (plural: string, kind: string, namespaced: boolean) =>
  ({ group: '', version: 'v1', plural, kind, namespaced }) as const;

export const persistentVolumeClaims = core('persistentvolumeclaims', 'PersistentVolumeClaim', true);
export const persistentVolumes = core('persistentvolumes', 'PersistentVolume', false);
