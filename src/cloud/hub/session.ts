import { type Log, messageOf } from '../../lib/index.js';
import { extensions, type Link, type Message, operations } from '../../wire/index.js';
import { needsAck, uidOf } from './ack-rule.js';
import { createDeliveryQueue } from './delivery-queue.js';
import { createKeyedExecutor } from './keyed-executor.js';

/** One connected node as the controllers see it. */
export interface NodeSession {
  readonly node: string;
  /** What was negotiated with a peer of ours; empty with a Go peer. */
  readonly extensions: ReadonlySet<string>;
  /** Sends at once, or queues until acked where the peer acks (facts cloudhub-wire §4.3). Never throws. */
  send(message: Message): void;
  close(reason: string): void;
  readonly closed: Promise<Error | undefined>;
}

export interface SessionOptions {
  readonly link: Link;
  readonly extensions: ReadonlySet<string>;
  /** The link is closed when no keepalive came for so long. */
  readonly keepaliveMs: number;
  /** Asked for everything that is not a keepalive, an ack or an error report. */
  readonly handle: (session: NodeSession, message: Message) => Promise<void>;
  /** Called before an object is sent for the first time and when the edge has stored it. */
  readonly onSending: (node: string, message: Message) => void;
  readonly onAcked: (node: string, message: Message) => void;
  readonly log: Log;
}

const pipelineWindow = 64;
/** Requests of one node that may be under way at the API at once. */
const requestWindow = 64;

/** Starts a session on an established link; it ends with the link. */
export function createSession(options: SessionOptions): NodeSession & { readonly finished: Promise<void> } {
  const { link, keepaliveMs, handle, onSending, onAcked, log } = options;
  const executor = createKeyedExecutor(requestWindow);
  const transmit = (message: Message) => {
    link.send(message).catch((error: unknown) => link.close(`send failed: ${messageOf(error)}`));
  };
  const queue = createDeliveryQueue({
    transmit,
    window: options.extensions.has(extensions.pipelinedAcks) ? pipelineWindow : 1,
    onAcked: (message) => onAcked(link.node, message),
  });
  const session: NodeSession = {
    node: link.node,
    extensions: options.extensions,
    closed: link.closed,
    close: (reason) => link.close(reason),
    send(message) {
      const uid = uidOf(message);
      if (uid === undefined || !needsAck(message)) return transmit(message);
      onSending(link.node, message);
      // A reply has a waiter of its own: it never coalesces with another message about the object.
      queue.push(message.parentId === undefined ? uid : message.id, message);
    },
  };

  const silence = setTimeout(() => link.close(`no keepalive for ${keepaliveMs} ms`), keepaliveMs);
  const receive = async () => {
    for await (const message of link.receive()) {
      if (message.operation === operations.keepalive) silence.refresh();
      else if (message.operation === operations.response) queue.ack(message.parentId);
      else if (message.operation === operations.error) {
        log.warn({ resource: message.resource, content: message.content }, 'edge could not store a message');
      } else await executor.submit(orderKey(message), () => guarded(message));
    }
  };
  const guarded = (message: Message) =>
    handle(session, message).catch((error: unknown) => {
      log.warn({ err: error, resource: message.resource, operation: message.operation }, 'message failed');
    });
  const finished = receive()
    .catch((error: unknown) => log.error({ err: error }, 'session failed'))
    .finally(() => {
      clearTimeout(silence);
      queue.close();
      link.close();
    });
  return { ...session, finished };
}

/** Requests about one object keep their order: `ns/podpatch/p` and `ns/pod/p` are the same object. */
function orderKey(message: Message): string {
  const [namespace = '', type = '', ...name] = (message.resource ?? '').split('/');
  return [namespace, type.replace(/(patch|status)$/, ''), ...name].join('/');
}
