import { expired } from '../../../kube/index.js';
import { hasCode } from '../../../lib/index.js';
import { prefixOf } from '../../keys.js';
import type { Verb } from '../call.js';
import { continueToken, listOptionsOf } from '../list-options.js';
import { selectionOf } from '../selection.js';

export const listObjects: Verb = async (api, call) => {
  const { namespace, matches, narrow } = selectionOf(api, call);
  const options = await listOptionsOf(api, call);
  try {
    const { entries, revision, remaining } = api.store.list({
      prefix: prefixOf(call.kind, namespace),
      matches,
      ...options,
    });
    const last = entries.at(-1);
    const more = remaining !== undefined &&
      last && {
        continue: continueToken(revision, last.key),
        ...(!narrow && { remainingItemCount: remaining }),
      };
    const metadata = { resourceVersion: String(revision), ...more };
    return { form: 'list', objects: entries.map(({ object }) => object), metadata };
  } catch (error) {
    throw hasCode(error, 'gone') ? expired(String(options.revision ?? 0), String(api.store.compacted())) : error;
  }
};
