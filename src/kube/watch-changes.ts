import { createBackoff, EdgeError, hasCode, type Log, messageOf, pause } from '../lib/index.js';
import type { Change } from './change.js';
import type { KubeApi, ListOptions, ResourceType } from './kube-api.js';
import type { KubeObject } from './objects.js';

export interface WatchDependencies {
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly now?: () => Date;
  readonly random?: () => number;
}

/**
 * Follows a set of objects for as long as `signal` allows: a `reset` with everything, then each
 * change; another `reset` whenever the server has forgotten our place (410). A watch that ends is
 * resumed where it was, a fault is waited out (0.25 s to 30 s, jittered, logged once per outage).
 * Only a request that can never succeed is thrown: `invalid` and `unsupported`, and faults of our own.
 */
export async function* watchChanges<T extends KubeObject>(
  api: Pick<KubeApi, 'list' | 'watch'>,
  type: ResourceType<T>,
  where: ListOptions,
  { signal, log, now = () => new Date(), random = Math.random }: WatchDependencies,
): AsyncGenerator<Change<T>> {
  const backoff = createBackoff({ baseMs: 250, maxMs: 30_000, jitter: 0.3, random });
  const outage = createOutageLog(log.child({ watch: type.plural }));
  let version: string | undefined;
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        const listed = await api.list(type, where, signal);
        version = listed.resourceVersion;
        outage.over();
        yield { kind: 'reset', items: listed.items };
      }
      const opened = now().getTime();
      for await (const event of api.watch(type, { ...where, resourceVersion: version }, signal)) {
        backoff.reset();
        outage.over();
        if (event.kind === 'bookmark') {
          version = event.resourceVersion;
        } else {
          version = event.object.metadata?.resourceVersion ?? version;
          yield { kind: event.kind === 'deleted' ? 'drop' : 'put', item: event.object };
        }
      }
      if (now().getTime() - opened >= healthyMs) backoff.reset();
    } catch (error) {
      if (signal.aborted) return;
      if (hasCode(error, 'gone')) version = undefined;
      else if (!(error instanceof EdgeError) || hasCode(error, 'invalid', 'unsupported')) throw error;
      else outage.report(error);
    }
    await pause(backoff.next(), signal);
  }
}

/** A watch that lived this long was healthy even if nothing happened in it. */
const healthyMs = 10_000;

function createOutageLog(log: Log): { report(error: unknown): void; over(): void } {
  let broken = false;
  return {
    report(error) {
      if (broken) log.debug({ reason: messageOf(error) }, 'watch still broken');
      else log.warn({ err: error }, 'watch broken, trying again');
      broken = true;
    },
    over() {
      if (broken) log.info('watch works again');
      broken = false;
    },
  };
}
