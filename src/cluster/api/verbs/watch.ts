import { expired, type KubeObject, statusOf } from '../../../kube/index.js';
import { childOf, hasCode } from '../../../lib/index.js';
import { apiVersionOf, prefixOf } from '../../keys.js';
import { invalidOption } from '../../refusals.js';
import type { StoreEvent } from '../../store/index.js';
import type { Api, Call, Verb } from '../call.js';
import { parseCount, parseVersion } from '../list-options.js';
import { chooseForm } from '../negotiation.js';
import { includeObjectOf, presentObject } from '../presentation.js';
import { queryFlag } from '../query-flag.js';
import { type Selection, selectionOf } from '../selection.js';
import { createWatchWriter, type WatchWriter } from '../watch-writer.js';

const bookmarkEveryMs = 60_000;
const initialEventsEnd = 'k8s.io/initial-events-end';

interface WatchOptions {
  /** Send what exists first. */
  readonly initial: boolean;
  /** Mark the end of what exists with a bookmark (WatchList). */
  readonly marked: boolean;
  readonly bookmarks: boolean;
  readonly since: number;
  readonly timeoutMs: number;
}

/** Streams changes as JSON lines (facts kubernetes-api §5) until the client goes, the time is over or history is lost. */
export const watchObjects: Verb = async (api, call) => {
  const selection = selectionOf(api, call);
  const options = watchOptionsOf(api, call);
  const presentation = {
    kind: call.kind,
    form: chooseForm(call.request.headers.accept),
    includeObject: includeObjectOf(call.query),
    makeTable: api.makeTable,
    rules: api.rules,
    now: api.now,
  };
  return {
    form: 'stream',
    contentType: 'application/json',
    prepare: async (signal) => async (response) => {
      using stop = childOf(signal);
      const timeout = setTimeout(() => stop.abort(), options.timeoutMs);
      let columns = true;
      const writer = createWatchWriter(response, stop.signal, {
        object(object) {
          const shown = presentObject(presentation, object, columns);
          columns = false;
          return shown;
        },
        bookmark: (object) => (presentation.form === 'partial' ? presentObject(presentation, object) : object),
      });
      try {
        await stream(api, call, selection, options, writer, stop.signal);
      } catch (error) {
        const gone = hasCode(error, 'gone');
        if (!gone) api.log.error({ err: error }, 'a watch broke off');
        await writer.fail(statusOf(gone ? expired(String(options.since), String(api.store.compacted())) : error));
      } finally {
        clearTimeout(timeout);
      }
    },
  };
};

async function stream(
  { store }: Api,
  { kind }: Call,
  selection: Selection,
  options: WatchOptions,
  writer: WatchWriter,
  signal: AbortSignal,
): Promise<void> {
  const prefix = prefixOf(kind, selection.namespace);
  const bookmark = (revision: number, annotations?: Record<string, string>): KubeObject => ({
    apiVersion: apiVersionOf(kind),
    kind: kind.type.kind,
    metadata: { resourceVersion: String(revision), ...(annotations && { annotations }) },
  });
  let since = options.since;
  if (options.initial) {
    const { entries, revision } = store.list({ prefix, matches: selection.matches });
    since = revision;
    for (const { object } of entries) await writer.send('ADDED', object);
    if (options.marked) await writer.bookmark(bookmark(revision, { [initialEventsEnd]: 'true' }));
  } else if (since === 0) {
    since = store.revision();
  }
  // While a line waits for the client there may be events it has not seen: a bookmark would jump over them.
  const timer = setInterval(() => {
    if (options.bookmarks && !writer.blocked()) void writer.bookmark(bookmark(store.revision()));
  }, bookmarkEveryMs);
  try {
    for await (const event of store.watch(prefix, since, signal)) {
      if (event.revision <= since) continue;
      const seen = transitionOf(event, selection);
      if (seen) await writer.send(seen.type, seen.object);
      if (signal.aborted) return;
    }
  } finally {
    clearInterval(timer);
  }
}

/** What a write means to someone who sees only the matching objects. */
function transitionOf(event: StoreEvent, { matches }: Selection) {
  const { previous, object, kind } = event;
  const was = previous !== undefined && matches(previous);
  const is = kind === 'put' && matches(object);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object };
  if (!was) return undefined;
  // Leaving the set shows the last state that was in it, at the revision of the change.
  const { resourceVersion } = object.metadata ?? {};
  const last =
    kind === 'delete'
      ? object
      : { ...previous, metadata: { ...previous.metadata, ...(resourceVersion && { resourceVersion }) } };
  return { type: 'DELETED', object: last };
}

function watchOptionsOf(api: Api, { query }: Call): WatchOptions {
  const since = parseVersion(query.get('resourceVersion') ?? '');
  const match = query.get('resourceVersionMatch') ?? '';
  const listFirst = query.has('sendInitialEvents') && query.get('sendInitialEvents') !== '';
  const marked = listFirst && queryFlag(query, 'sendInitialEvents');
  const bookmarks = queryFlag(query, 'allowWatchBookmarks');
  if (listFirst && match !== 'NotOlderThan') {
    throw invalidOption(
      'resourceVersionMatch',
      'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  }
  if (!listFirst && match !== '') {
    throw invalidOption(
      'resourceVersionMatch',
      'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    );
  }
  const seconds = parseCount(query.get('timeoutSeconds'), 'timeoutSeconds') || 1800 + Math.floor(api.random() * 1800);
  return {
    initial: listFirst ? marked : since === 0,
    marked: marked && bookmarks,
    bookmarks,
    since,
    timeoutMs: Math.min(seconds, 86_400) * 1000,
  };
}
