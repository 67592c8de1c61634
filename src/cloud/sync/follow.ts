import { type KubeApi, watchChanges } from '../../kube/index.js';
import type { Log, Loop } from '../../lib/index.js';
import type { Ledger } from './ledger.js';
import { clusterObjectSyncs, objectSyncs, type SyncObject } from './sync-types.js';

/** Keeps the ledger in step with the sync objects in the API, which other replicas write too. */
export function followSyncObjects(options: {
  readonly kube: Pick<KubeApi, 'list' | 'watch'>;
  readonly ledger: Pick<Ledger, 'learn' | 'unlearn'>;
  readonly log: Log;
}): { readonly run: Loop; readonly loaded: Promise<void> } {
  const { kube, ledger, log } = options;
  let waiting = 2;
  let settle: () => void = () => {};
  const loaded = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const follow = async (type: typeof objectSyncs, signal: AbortSignal) => {
    let first = true;
    for await (const change of watchChanges<SyncObject>(kube, type, {}, { signal, log })) {
      if (change.kind === 'drop') ledger.unlearn(change.item);
      else for (const sync of change.kind === 'reset' ? change.items : [change.item]) ledger.learn(sync);
      if (first) {
        first = false;
        waiting -= 1;
        if (waiting === 0) settle();
      }
    }
  };
  return {
    loaded,
    async run(signal) {
      await Promise.all([follow(objectSyncs, signal), follow(clusterObjectSyncs, signal)]);
    },
  };
}
