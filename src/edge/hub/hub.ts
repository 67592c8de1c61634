import { createBackoff, hasCode, type Log, type Loop, messageOf, pause, runTogether } from '../../lib/index.js';
import { createMessage, groups, type Link, operations, sources } from '../../wire/index.js';
import type { CloudConnection } from './connection.js';
import { dialCloud } from './dial.js';
import type { HubConfig } from './hub-config.js';
import { type Identity, loadIdentity, saveIdentity } from './identity.js';
import { joinCloud } from './join.js';
import { rotateCertificates } from './rotation.js';

export interface HubOptions {
  readonly config: HubConfig;
  /** Uses a connection until it closes or abort. */
  readonly serve: (connection: CloudConnection, signal: AbortSignal) => Promise<void>;
  /** Told once the node has an identity, and again after each renewal. */
  readonly identified: (identity: Identity) => void;
  readonly log: Log;
  readonly now?: () => Date;
  readonly random?: () => number;
}

const firstRetryMs = 250;
/** A cloud that can be reached again is to be found within two seconds. */
const retryUnreachableMs = 2000;
const retryRefusedMs = 10_000;

/**
 * Keeps this node connected to the cloud until abort: joins when it has no certificate, dials, keeps alive,
 * renews. Throws `invalid` or `denied` only for a join that cannot succeed without the operator; everything
 * else is tried again.
 */
export async function runHub(options: HubOptions, signal: AbortSignal): Promise<void> {
  const { config, serve, identified, log, now = () => new Date(), random = Math.random } = options;
  let identity = await obtainIdentity(options, signal);
  if (!identity) return;
  let current: CloudConnection | undefined;
  identified(identity);

  const connect: Loop = async (stop) => {
    const faults = createFaultLog(log);
    const unreachable = createBackoff({ baseMs: firstRetryMs, maxMs: retryUnreachableMs, jitter: 0.5, random });
    const refused = createBackoff({ baseMs: 1000, maxMs: retryRefusedMs, jitter: 0.5, random });
    while (!stop.aborted) {
      try {
        current = await dialCloud(config, identity as Identity, stop);
        faults.clear();
        log.info({ server: config.server }, 'connected to the cloud');
        const startedAt = now().getTime();
        await Promise.all([serve(current, stop), keepAlive(current.link, config.heartbeatMs)]);
        const reason = await current.link.closed;
        if (stop.aborted) return;
        log.warn({ err: reason }, 'the link to the cloud is down');
        // A cloud that hangs up at once is not dialled in a tight loop.
        if (now().getTime() - startedAt > retryRefusedMs) {
          unreachable.reset();
          refused.reset();
        }
      } catch (error) {
        if (stop.aborted) return;
        faults.report(error, 'no working connection to the cloud; trying on');
        if (hasCode(error, 'denied')) await pause(refused.next(), stop);
      } finally {
        current?.link.close();
        current = undefined;
      }
      await pause(unreachable.next(), stop);
    }
  };
  const rotate: Loop = (stop) =>
    rotateCertificates(
      {
        config,
        identity: () => identity as Identity,
        renewed(next) {
          identity = next;
          identified(next);
          current?.link.close('certificate renewed');
        },
        log,
        now,
        random,
      },
      stop,
    );
  await runTogether(signal, config.rotateCertificates ? [connect, rotate] : [connect]);
}

/** Undefined on abort. */
async function obtainIdentity({ config, log, random = Math.random }: HubOptions, signal: AbortSignal) {
  const held = await loadIdentity(config);
  if (held) return held;
  const backoff = createBackoff({ baseMs: firstRetryMs, maxMs: retryRefusedMs, jitter: 0.5, random });
  const faults = createFaultLog(log);
  while (!signal.aborted) {
    try {
      const identity = await joinCloud(config, signal);
      await saveIdentity(config, identity);
      log.info({ node: config.node }, 'joined the cloud: certificate received');
      return identity;
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!hasCode(error, 'unavailable')) throw error;
      faults.report(error, 'cannot join the cloud yet; trying on');
    }
    await pause(backoff.next(), signal);
  }
  return undefined;
}

/** The first keepalive at once, then every heartbeat (facts cloudhub-wire §5); a failed one ends the link. */
async function keepAlive(link: Link, heartbeatMs: number): Promise<void> {
  const beat = () => {
    const message = createMessage({
      source: sources.webSocket,
      group: groups.resource,
      operation: operations.keepalive,
      resource: 'node',
      content: 'ping',
    });
    link.send(message).catch((error: unknown) => link.close(`keepalive failed: ${messageOf(error)}`));
  };
  beat();
  const timer = setInterval(beat, heartbeatMs);
  try {
    await link.closed;
  } finally {
    clearInterval(timer);
  }
}

/** Says the same fault once, not at every try. */
function createFaultLog(log: Log) {
  let last = '';
  return {
    report(error: unknown, what: string) {
      const text = messageOf(error);
      if (text !== last) log.warn({ err: error }, what);
      last = text;
    },
    clear() {
      last = '';
    },
  };
}
