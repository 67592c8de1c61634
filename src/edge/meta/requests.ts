import { EdgeError } from '../../lib/index.js';
import type { Message } from '../../wire/index.js';
import type { CloudConnection } from '../hub/index.js';

/** Matches replies to the requests they answer, by parent id. */
export interface Requests {
  /**
   * Sends `message` and waits for its reply. Throws `unavailable` when there is no link or it goes down,
   * `timeout` after `timeoutMs`, and the abort reason on abort.
   */
  ask(
    message: Message,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<Message>;
  /** True when somebody waited for `reply`. */
  settle(reply: Message): boolean;
  /** The link requests go over from now on; those that wait on the one before fail. */
  use(connection: CloudConnection | undefined): void;
}

const maxWaiting = 4096;

export function createRequests(): Requests {
  const waiting = new Map<string, { resolve: (reply: Message) => void; reject: (error: unknown) => void }>();
  let connection: CloudConnection | undefined;

  const ask: Requests['ask'] = async (message, { timeoutMs, signal }) => {
    signal?.throwIfAborted();
    const { link } = connection ?? {};
    if (!link) throw new EdgeError('unavailable', 'the cloud is not connected');
    if (waiting.size >= maxWaiting)
      throw new EdgeError('unavailable', `${maxWaiting} requests already wait for the cloud`);
    let timer: NodeJS.Timeout | undefined;
    let cancel = () => {};
    try {
      return await new Promise<Message>((resolve, reject) => {
        waiting.set(message.id, { resolve, reject });
        cancel = () => reject(signal?.reason);
        signal?.addEventListener('abort', cancel, { once: true });
        const late = () => reject(new EdgeError('timeout', `the cloud did not answer within ${timeoutMs} ms`));
        timer = setTimeout(late, timeoutMs).unref();
        link.send(message).catch(reject);
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      waiting.delete(message.id);
    }
  };
  return {
    ask,
    settle(reply) {
      const waiter = waiting.get(reply.parentId ?? '');
      waiter?.resolve(reply);
      return waiter !== undefined;
    },
    use(next) {
      connection = next;
      const lost = new EdgeError('unavailable', 'the link to the cloud went down before the answer came');
      for (const { reject } of waiting.values()) reject(lost);
    },
  };
}
