import {
  type ConfigMap,
  createInformer,
  type Informer,
  type KubeApi,
  type Node,
  type Pod,
  resources,
  type Secret,
} from '../../kube/index.js';
import { type Log, type Loop, runTogether } from '../../lib/index.js';
import { referencesOf } from './pod-references.js';

/** The part of the cluster that edges see, kept up to date. */
export interface ClusterView {
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  readonly configMaps: Informer<ConfigMap>;
  readonly secrets: Informer<Secret>;
  readonly synced: Promise<void>;
  readonly run: Loop;
}

/** Index names of the pods: by `spec.nodeName`, and by `namespace/name` of what they read. */
export const podIndexes = { node: 'node', configMap: 'configMap', secret: 'secret' } as const;

export function createClusterView(options: {
  readonly kube: Pick<KubeApi, 'list' | 'watch'>;
  readonly log: Log;
}): ClusterView {
  const { kube: api, log } = options;
  const pods = createInformer<Pod>({
    api,
    log,
    type: resources.pods,
    indexes: {
      [podIndexes.node]: (pod) => (pod.spec?.nodeName ? [pod.spec.nodeName] : []),
      [podIndexes.configMap]: (pod) => (pod.spec?.nodeName ? referencesOf(pod).configMaps : []),
      [podIndexes.secret]: (pod) => (pod.spec?.nodeName ? referencesOf(pod).secrets : []),
    },
  });
  const nodes = createInformer<Node>({ api, log, type: resources.nodes });
  const configMaps = createInformer<ConfigMap>({ api, log, type: resources.configMaps });
  const secrets = createInformer<Secret>({ api, log, type: resources.secrets });
  const informers = [pods, nodes, configMaps, secrets];
  const synced = Promise.all(informers.map((informer) => informer.synced)).then(() => undefined);
  // Whoever waits hears of a failed start; nobody waiting is no fault.
  synced.catch(() => {});
  return {
    pods,
    nodes,
    configMaps,
    secrets,
    synced,
    run: (signal) =>
      runTogether(
        signal,
        informers.map((informer) => informer.run),
      ),
  };
}
