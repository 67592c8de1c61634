import type { Channel } from '../../cri/index.js';
import { createBackoff, pause } from '../../lib/index.js';
import { EventsService } from '../../proto/containerd/events/v1/events.js';

/**
 * Publishes an event of our own until `seen`: containerd does not acknowledge a subscription, and
 * what happens before it is in place is not sent. The first probe usually comes back.
 */
export async function untilSubscribed(
  deps: { channel: Pick<Channel, 'unary'>; topic: string; seen: AbortSignal },
  signal: AbortSignal,
): Promise<void> {
  const { channel, topic, seen } = deps;
  const backoff = createBackoff({ baseMs: 10, maxMs: 1000 });
  const event = { typeUrl: 'skerry/subscription-probe', value: Buffer.alloc(0) };
  while (!seen.aborted && !signal.aborted) {
    await channel.unary(EventsService.publish, { topic, event }, { signal, deadlineMs: 10_000 });
    await pause(backoff.next(), seen);
  }
}
