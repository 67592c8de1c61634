import type { Informer, KubeApi, Namespace, Node, Pod } from '../../kube/index.js';
import type { Log, Loop } from '../../lib/index.js';
import type { KindRegistry } from '../kind.js';
import type { Census } from './census.js';

/** What every controller gets: the API, the clock, and copies of what several of them read. */
export interface ControllerContext {
  readonly api: KubeApi;
  readonly registry: Pick<KindRegistry, 'all' | 'findKind' | 'onChange'>;
  readonly caPem: string;
  readonly log: Log;
  readonly now: () => Date;
  readonly random: () => number;
  readonly namespaces: Informer<Namespace>;
  readonly nodes: Informer<Node>;
  /** Indexed by `node`: the node a pod is bound to. */
  readonly pods: Informer<Pod>;
  readonly census: Census;
}

/** A controller: subscribes to what it reacts to, then works until aborted. */
export type Controller = (context: ControllerContext) => Loop;
