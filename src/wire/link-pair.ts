import { createAsyncQueue, EdgeError } from '../lib/index.js';
import type { Link } from './link.js';
import type { Message } from './message.js';
import { decodeMessage, encodeMessage } from './message-codec.js';

/** Two ends of a link in memory. Messages pass through the codec, so nothing is shared by reference. */
export function linkPair(node: string): [cloudEnd: Link, edgeEnd: Link] {
  const toEdge = createAsyncQueue<Message>(Number.POSITIVE_INFINITY);
  const toCloud = createAsyncQueue<Message>(Number.POSITIVE_INFINITY);
  let open = true;
  let settle: (reason: Error | undefined) => void = () => {};
  const closed = new Promise<Error | undefined>((resolve) => {
    settle = resolve;
  });
  const close = (reason?: string) => {
    open = false;
    toEdge.close();
    toCloud.close();
    settle(reason === undefined ? undefined : new EdgeError('unavailable', reason));
  };
  const end = (out: typeof toEdge, incoming: typeof toEdge): Link => ({
    node,
    closed,
    close,
    receive: () => incoming,
    async send(message) {
      if (!open) throw new EdgeError('unavailable', `link to node ${node} is closed`);
      out.push(decodeMessage(encodeMessage(message)));
    },
  });
  return [end(toEdge, toCloud), end(toCloud, toEdge)];
}
