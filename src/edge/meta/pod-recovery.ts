import type { PodIdentity } from '../../edged/index.js';
import { createBackoff, hasCode, type Log, pause } from '../../lib/index.js';
import { formatResource } from '../../wire/index.js';
import type { CloudState } from './cloud-state.js';
import type { ObjectIntake } from './object-intake.js';
import type { ObjectRows } from './object-rows.js';
import { readReply } from './reply.js';
import { patchOf } from './report-message.js';
import type { Requests } from './requests.js';

export interface RecoveryOptions {
  readonly rows: ObjectRows;
  readonly intake: ObjectIntake;
  readonly requests: Requests;
  readonly cloud: CloudState;
  readonly log: Log;
  readonly askTimeoutMs: number;
  /** How long the cloud may fail to answer, counted from the first link. */
  readonly limitMs: number;
  readonly random?: (() => number) | undefined;
}

/**
 * Fills a new store with the pods that already run here. A store that was wiped or replaced knows no pods, and
 * the cloud does not send again what its sync objects say was delivered (facts cloudhub-wire §4.6); calling such
 * a store complete would kill every running container. So each pod the runtime holds is asked for with an
 * empty status patch, whose answer carries the whole pod, or says that it is gone.
 *
 * Settles when every pod is answered. Offline it waits: nothing is cleaned up for lack of knowledge. A cloud
 * that is there and does not answer for `limitMs` ends the wait, so that a node is not idle for ever.
 */
export async function recoverPods(running: readonly PodIdentity[], options: RecoveryOptions, signal: AbortSignal) {
  const { rows, cloud, log, limitMs, random = Math.random } = options;
  const known = new Set(rows.list('pod').map((pod) => pod.metadata.uid));
  let unanswered = running.filter(({ uid }) => !known.has(uid));
  if (unanswered.length === 0) return;
  log.warn({ pods: unanswered.length }, 'the store is new but pods run here: asking the cloud about them first');
  await cloud.whenConnected(signal);
  const limit = AbortSignal.timeout(limitMs);
  const backoff = createBackoff({ baseMs: 1000, maxMs: 15_000, jitter: 0.2, random });
  const conflicts = new Set<string>();
  while (!signal.aborted) {
    const answers = await Promise.all(unanswered.map((pod) => askFor(pod, conflicts, options, signal)));
    unanswered = unanswered.filter((_, index) => !answers[index]);
    if (unanswered.length === 0) return;
    if (limit.aborted) {
      log.error({ pods: unanswered }, 'the cloud did not tell about these pods in time: they will be removed');
      return;
    }
    await pause(backoff.next(), signal);
    await cloud.whenConnected(signal);
  }
}

/** True when the cloud told about the pod, one way or the other. */
async function askFor(
  pod: PodIdentity,
  conflicts: Set<string>,
  options: RecoveryOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const { intake, requests, askTimeoutMs, log } = options;
  const { namespace, name, uid } = pod;
  const empty = JSON.stringify({ metadata: { uid }, status: {} });
  try {
    const request = patchOf(formatResource({ namespace, type: 'podpatch', name }), empty);
    const object = readReply(await requests.ask(request, { timeoutMs: askTimeoutMs, signal }));
    await intake.put(formatResource({ namespace, type: 'pod', name }), object);
    return true;
  } catch (error) {
    if (hasCode(error, 'not-found', 'gone', 'invalid')) return true;
    // Another UID lives under the name, or two writers met: only the first says so again.
    if (hasCode(error, 'conflict')) {
      if (conflicts.has(uid)) return true;
      conflicts.add(uid);
    }
    if (!signal.aborted) log.debug({ err: error, pod }, 'pod not recovered yet');
    return false;
  }
}
