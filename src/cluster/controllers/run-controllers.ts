import { createInformer, type KubeApi, resources } from '../../kube/index.js';
import { type Log, runTogether } from '../../lib/index.js';
import type { KindRegistry } from '../kind.js';
import { createCensus } from './census.js';
import type { Controller, ControllerContext } from './context.js';
import { eventExpiry } from './event-expiry.js';
import { garbageCollection } from './garbage-collection.js';
import { namespaceDefaults } from './namespace-defaults.js';
import { namespaceDeletion } from './namespace-deletion.js';
import { nodeLifecycle } from './node-lifecycle.js';
import { podGc } from './pod-gc.js';

export interface ControllersDependencies {
  readonly api: KubeApi;
  /** What the API serves, custom kinds included: ownership and namespace deletion reach all of it. */
  readonly registry: Pick<KindRegistry, 'all' | 'findKind' | 'onChange'>;
  /** The CA of the API server, for `kube-root-ca.crt`. */
  readonly caPem: string;
  readonly log: Log;
  readonly now: () => Date;
  readonly random?: () => number;
}

const controllers: readonly Controller[] = [
  namespaceDefaults,
  namespaceDeletion,
  nodeLifecycle,
  podGc,
  garbageCollection,
  eventExpiry,
];

/** Runs the controllers that every cluster needs, until aborted (facts kubernetes-api §14, §15). Workload kinds have none yet. */
export async function runControllers(dependencies: ControllersDependencies, signal: AbortSignal): Promise<void> {
  const { api, registry, log, now, random = Math.random } = dependencies;
  const shared = { api, log, now, random };
  const indexes = { node: (pod: { spec?: { nodeName?: string } }) => (pod.spec?.nodeName ? [pod.spec.nodeName] : []) };
  const context: ControllerContext = {
    ...dependencies,
    random,
    namespaces: createInformer({ ...shared, type: resources.namespaces }),
    nodes: createInformer({ ...shared, type: resources.nodes }),
    pods: createInformer({ ...shared, type: resources.pods, indexes }),
    census: createCensus({ ...shared, registry }),
  };
  const { namespaces, nodes, pods, census } = context;
  const parts = controllers.map((controller) => controller(context));
  await runTogether(signal, [namespaces.run, nodes.run, pods.run, census.run, ...parts]);
}
