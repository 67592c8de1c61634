import { EdgeError, type Log } from '../../lib/index.js';
import type { Link } from '../../wire/index.js';
import { createSession, type NodeSession, type SessionOptions } from './session.js';

export interface SessionRegistry {
  get(node: string): NodeSession | undefined;
  nodes(): string[];
  readonly size: number;
  /** Throws `unavailable` when `nodeLimit` other nodes are connected. An older session of the node ends first. */
  open(link: Link, extensions: ReadonlySet<string>): NodeSession;
  /** True when another node may connect. */
  admits(node: string): boolean;
  /** Ends every session and waits for them. */
  close(reason: string): Promise<void>;
}

export function createSessionRegistry(
  options: Omit<SessionOptions, 'link' | 'extensions'> & {
    readonly nodeLimit: number;
    readonly onConnect: (session: NodeSession) => void;
    readonly log: Log;
  },
): SessionRegistry {
  const { nodeLimit, onConnect, log } = options;
  const sessions = new Map<string, ReturnType<typeof createSession>>();
  const admits = (node: string) => sessions.has(node) || sessions.size < nodeLimit;

  return {
    admits,
    get: (node) => sessions.get(node),
    nodes: () => [...sessions.keys()],
    get size() {
      return sessions.size;
    },
    open(link, extensions) {
      const { node } = link;
      if (!admits(node)) throw new EdgeError('unavailable', `nodeLimit of ${nodeLimit} connected nodes is reached`);
      sessions.get(node)?.close('replaced by a newer connection of this node');
      const sessionLog = log.child({ node });
      const session = createSession({ ...options, link, extensions, log: sessionLog });
      sessions.set(node, session);
      sessionLog.info({ sessions: sessions.size, extensions: [...extensions] }, 'node connected');
      const forget = async () => {
        const reason = await session.closed;
        await session.finished;
        if (sessions.get(node) === session) sessions.delete(node);
        sessionLog.info({ reason: reason?.message }, 'node disconnected');
      };
      forget().catch((error: unknown) => sessionLog.error({ err: error }, 'session did not end cleanly'));
      onConnect(session);
      return session;
    },
    async close(reason) {
      const open = [...sessions.values()];
      for (const session of open) session.close(reason);
      await Promise.all(open.map((session) => session.finished));
    },
  };
}
