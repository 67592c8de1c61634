import type { Message } from './message.js';

/**
 * One established connection between a cloud and an edge. It is made connected and lives once:
 * after `closed` settles a new one is needed.
 */
export interface Link {
  /** The node at the edge end. */
  readonly node: string;
  /** Resolves when the frame was handed to the socket; throws `unavailable` once the link is closed. Order is kept. */
  send(message: Message): Promise<void>;
  /** Everything that arrives, in order, keepalives included; ends when the link closes. One consumer. */
  receive(): AsyncIterable<Message>;
  /** Settles when the link is down, with the reason when there is one. */
  readonly closed: Promise<Error | undefined>;
  close(reason?: string): void;
}
