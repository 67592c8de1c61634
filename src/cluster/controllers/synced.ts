import type { Informer } from '../../kube/index.js';

/** Waits for the first list of each informer. False: told to stop before. A fault of the informer's own loop is told there. */
export async function synced(
  signal: AbortSignal,
  informers: readonly Pick<Informer<unknown>, 'synced'>[],
): Promise<boolean> {
  const all = Promise.all(informers.map((informer) => informer.synced));
  return await all.then(
    () => !signal.aborted,
    () => false,
  );
}
