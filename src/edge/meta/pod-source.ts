import type { PodSource } from '../../edged/index.js';
import type { Pod } from '../../kube/index.js';
import { isForNode, type ObjectIntake } from './object-intake.js';
import type { ObjectRows } from './object-rows.js';

/**
 * The pods of this node out of the store. The first `reset` comes when `complete` settles: at once for a store
 * that has been complete before, cloud or no cloud; see `recoverPods` for a new one.
 */
export function createPodSource(options: {
  readonly rows: ObjectRows;
  readonly intake: ObjectIntake;
  readonly node: string;
  readonly complete: (signal: AbortSignal) => Promise<void>;
}): PodSource {
  const { rows, intake, node, complete } = options;
  return {
    async *pods(signal) {
      await complete(signal);
      if (signal.aborted) return;
      // Followed before the read, both in one turn: no change falls between them.
      const changes = intake.pods.follow(signal);
      const items = rows.list('pod').filter((pod) => pod.metadata.uid && isForNode(pod, node));
      yield { kind: 'reset', items: items as unknown as Pod[] };
      yield* changes;
    },
  };
}
