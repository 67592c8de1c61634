import type { KubeObject } from '../../../kube/index.js';
import { prefixOf } from '../../keys.js';
import type { Verb } from '../call.js';
import { deleteOptionsOf } from '../delete-options.js';
import { deleteObject } from '../object-deletion.js';
import { selectionOf } from '../selection.js';

/** Deletes everything selected and answers the list of it. The writes share their syncs of the disk. */
export const removeCollection: Verb = async (api, call) => {
  const { namespace, matches } = selectionOf(api, call);
  const options = await deleteOptionsOf(api, call);
  const { entries, revision } = api.store.list({ prefix: prefixOf(call.kind, namespace), matches });
  const deletions = entries.map(async ({ key }): Promise<KubeObject | undefined> => {
    const current = api.store.current(key);
    return current && (await deleteObject(api, call.kind, current, options)).object;
  });
  const objects = (await Promise.all(deletions)).filter((object) => object !== undefined);
  return { form: 'list', objects, metadata: { resourceVersion: String(revision) } };
};
