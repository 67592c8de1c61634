import type { Message } from '../../wire/index.js';
import { compareVersions } from '../object-version.js';
import { isDeletion } from './ack-rule.js';

export interface DeliveryQueueOptions {
  /** Hands a frame to the link. */
  readonly transmit: (message: Message) => void;
  /** Messages that may wait for their ack at once: 1 with a Go peer (facts cloudhub-wire §4.2). */
  readonly window: number;
  readonly onAcked: (message: Message) => void;
  /** Milliseconds between repetitions of an unacked message. */
  readonly resendMs?: number;
  /** How often a message is written before it goes back to the end of the queue. */
  readonly attempts?: number;
}

interface Flight {
  readonly key: string;
  readonly message: Message;
  readonly timer: NodeJS.Timeout;
}

/**
 * The messages of one session that the edge must ack. Waiting messages of one object coalesce, the
 * newest wins and keeps the place of the first; messages about one resource never overtake each other.
 */
export interface DeliveryQueue {
  /** `key` is the object's UID; messages with one key coalesce. */
  push(key: string, message: Message): void;
  /** False when nothing in flight has this id: late and doubled acks are normal. */
  ack(messageId: string | undefined): boolean;
  readonly size: number;
  close(): void;
}

export function createDeliveryQueue(options: DeliveryQueueOptions): DeliveryQueue {
  const { transmit, window, onAcked, resendMs = 5_000, attempts = 5 } = options;
  const waiting = new Map<string, Message>();
  const flights = new Map<string, Flight>();

  const pump = () => {
    if (flights.size >= window) return;
    const blocked = new Set([...flights.values()].map(({ message }) => message.resource));
    for (const [key, message] of waiting) {
      if (!blocked.has(message.resource)) {
        waiting.delete(key);
        launch(key, message);
        if (flights.size >= window) return;
      }
      blocked.add(message.resource);
    }
  };
  const launch = (key: string, message: Message) => {
    let sends = 1;
    const timer = setInterval(() => {
      sends += 1;
      if (sends <= attempts) return transmit(message);
      clearInterval(timer);
      flights.delete(message.id);
      if (!waiting.has(key)) waiting.set(key, message);
      return pump();
    }, resendMs);
    flights.set(message.id, { key, message, timer });
    transmit(message);
  };

  return {
    get size() {
      return waiting.size + flights.size;
    },
    push(key, message) {
      const before = waiting.get(key);
      if (before !== undefined && !supersedes(message, before)) return;
      waiting.set(key, message);
      pump();
    },
    ack(messageId) {
      const flight = messageId === undefined ? undefined : flights.get(messageId);
      if (flight === undefined) return false;
      clearInterval(flight.timer);
      flights.delete(flight.message.id);
      onAcked(flight.message);
      pump();
      return true;
    },
    close() {
      for (const { timer } of flights.values()) clearInterval(timer);
      flights.clear();
      waiting.clear();
    },
  };
}

/** A waiting deletion is final; otherwise deletions and newer versions replace what waits. */
function supersedes(next: Message, before: Message): boolean {
  if (next.operation === 'delete') return true;
  if (before.operation === 'delete') return false;
  if (isDeletion(next) && !isDeletion(before)) return true;
  return compareVersions(next.resourceVersion, before.resourceVersion) > 0;
}
