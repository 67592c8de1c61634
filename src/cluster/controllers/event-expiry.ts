import { type CoreEvent, keyText, resources, watchChanges } from '../../kube/index.js';
import { hasCode, runTogether } from '../../lib/index.js';
import type { Controller } from './context.js';
import { createWorkQueue } from './work-queue.js';

const lifetimeMs = 60 * 60_000;

/** Removes events an hour after they were last seen (facts kubernetes-api §14). Keeps a time and a uid for each, not the event. */
export const eventExpiry: Controller = ({ api, log, now, random }) => {
  const known = new Map<string, { uid: string; expiresAt: number }>();
  const queue = createWorkQueue({
    name: 'event-expiry',
    log,
    now,
    parallel: 2,
    async work(key, signal) {
      const entry = known.get(key);
      if (!entry) return;
      const rest = entry.expiresAt - now().getTime();
      if (rest > 0) {
        queue.addAfter(key, rest);
        return;
      }
      const [namespace, name = ''] = key.split('/');
      await api.delete(resources.events, { namespace, name }, { uid: entry.uid, signal }).catch((error: unknown) => {
        if (!hasCode(error, 'not-found', 'conflict')) throw error;
      });
      if (known.get(key) === entry) known.delete(key);
    },
  });

  const put = (event: CoreEvent) => {
    const key = keyText(event);
    const expiresAt = lastSeen(event, now()) + lifetimeMs;
    const before = known.get(key);
    known.set(key, { uid: event.metadata?.uid ?? '', expiresAt });
    // A refreshed event is due at its old time already; the work then waits for the rest.
    if (!before) queue.addAfter(key, Math.max(0, expiresAt - now().getTime()));
  };

  const follow = async (signal: AbortSignal) => {
    for await (const change of watchChanges(api, resources.events, {}, { signal, log, now, random })) {
      if (change.kind === 'put') put(change.item);
      if (change.kind === 'drop') known.delete(keyText(change.item));
      if (change.kind !== 'reset') continue;
      const present = new Set(change.items.map(keyText));
      for (const key of [...known.keys()]) if (!present.has(key)) known.delete(key);
      for (const event of change.items) put(event);
    }
  };

  return (signal) => runTogether(signal, [follow, queue.run]);
};

/** The newest of the times an event carries; its writer may use any of them. A time in the future counts as now. */
function lastSeen(event: CoreEvent, now: Date): number {
  const { lastTimestamp, eventTime, series, metadata } = event;
  const times = [lastTimestamp, eventTime, series?.lastObservedTime, metadata?.creationTimestamp]
    .map((time) => Date.parse(String(time ?? '')))
    .filter((time) => !Number.isNaN(time));
  return times.length === 0 ? now.getTime() : Math.min(now.getTime(), Math.max(...times));
}
