import { randomUUID } from 'node:crypto';
import { type Channel, openChannel, type Runtime, type RuntimeEvent } from '../../cri/index.js';
import { createAsyncQueue, createBackoff, EdgeError, type Log, pause, runTogether } from '../../lib/index.js';
import { EventsService } from '../../proto/containerd/events/v1/events.js';
import { runtimeEventOf, topics } from './event-topics.js';
import { untilExitShows } from './exit-shows.js';
import { untilSubscribed } from './subscription-probe.js';

export interface EventDeps {
  readonly endpoint: string;
  readonly runtime: Pick<Runtime, 'listContainers' | 'listPodSandboxes'>;
  readonly log: Log;
}

/** More than this waiting for a slow reader ends the subscription; the reader gets a gap instead. */
const queueLimit = 10_000;

/**
 * The events of containerd's own event service as the port's. `gap` comes first and after every
 * reconnect, each time once the new subscription is known to receive, so nothing falls between.
 * `exited` is told when CRI's own status shows it; the other kinds as soon as containerd tells
 * them, which may be a moment before the CRI call that caused them answers.
 */
export async function* containerdEvents(deps: EventDeps, signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
  const backoff = createBackoff({ baseMs: 100, maxMs: 3000 });
  while (!signal.aborted) {
    try {
      for await (const event of subscription(deps, signal)) {
        if (event.kind === 'gap') backoff.reset();
        yield event;
      }
    } catch (error) {
      if (!signal.aborted) deps.log.warn({ err: error }, 'lost the event stream of containerd');
    }
    await pause(backoff.next(), signal);
  }
}

/** The events of one connection, `gap` first; throws when the connection is lost. */
async function* subscription(deps: EventDeps, signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
  const queue = createAsyncQueue<RuntimeEvent>(queueLimit);
  using channel = openChannel(deps.endpoint, { 'containerd-namespace': 'k8s.io' });
  const left = new AbortController();
  const leave = () => left.abort();
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  const push = (event: RuntimeEvent) => {
    try {
      queue.push(event);
    } catch (error) {
      queue.close(error);
    }
  };
  const feeding = feed({ channel, runtime: deps.runtime, push }, left.signal).then(
    () => queue.close(),
    (error: unknown) => queue.close(error),
  );
  try {
    yield* queue;
  } finally {
    leave();
    signal.removeEventListener('abort', leave);
    await feeding;
  }
}

/** Pushes what one subscription receives until it ends. */
async function feed(
  deps: { channel: Channel; runtime: EventDeps['runtime']; push(event: RuntimeEvent): void },
  signal: AbortSignal,
): Promise<void> {
  const { channel, runtime, push } = deps;
  const probe = `/skerry/subscribed/${randomUUID()}`;
  const seen = new AbortController();
  const filters = [...topics, probe].map((topic) => `topic=="${topic}"`);
  await runTogether(signal, [
    (stop) => untilSubscribed({ channel, topic: probe, seen: seen.signal }, stop),
    async (stop) => {
      const settling = new Set<Promise<void>>();
      for await (const envelope of channel.serverStream(EventsService.subscribe, { filters }, stop)) {
        if (envelope.topic === probe) {
          if (!seen.signal.aborted) push({ kind: 'gap' });
          seen.abort();
          continue;
        }
        const event = runtimeEventOf(envelope);
        if (event?.kind === 'exited') {
          const told = untilExitShows(runtime, event.id, stop).then(() => {
            push(event);
            settling.delete(told);
          });
          settling.add(told);
        } else if (event) push(event);
      }
      await Promise.all(settling);
      if (!stop.aborted) throw new EdgeError('unavailable', 'containerd ended the event stream');
    },
  ]);
}
