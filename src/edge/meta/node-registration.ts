import type { Node } from '../../kube/index.js';
import { createBackoff, EdgeError, hasCode, type Log, pause } from '../../lib/index.js';
import { createMessage, formatResource, groups, operations, sources } from '../../wire/index.js';
import type { CloudState } from './cloud-state.js';
import type { ObjectIntake } from './object-intake.js';
import type { ObjectRows } from './object-rows.js';
import { readReply } from './reply.js';
import { patchOf } from './report-message.js';
import type { Requests } from './requests.js';
import { nodeStatusPatch } from './status-patch.js';

export interface RegistrationOptions {
  readonly rows: ObjectRows;
  readonly intake: ObjectIntake;
  readonly requests: Requests;
  readonly cloud: CloudState;
  readonly timeoutMs: number;
  readonly log: Log;
  readonly random?: (() => number) | undefined;
}

/**
 * Creates the Node, or brings labels, annotations and status of the one that exists up to date
 * (facts cloudhub-wire §7). Keeps trying until the cloud has it; rejects with the abort reason on abort.
 */
export async function registerNode(node: Node, options: RegistrationOptions, signal: AbortSignal): Promise<void> {
  const { cloud, log, random = Math.random } = options;
  const backoff = createBackoff({ baseMs: 100, maxMs: 7000, jitter: 0.2, random });
  for (;;) {
    await cloud.whenConnected(signal);
    signal.throwIfAborted();
    try {
      await registerOnce(node, options, signal);
      return;
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ err: error }, 'node is not registered yet');
    }
    await pause(backoff.next(), signal);
  }
}

async function registerOnce(node: Node, options: RegistrationOptions, signal: AbortSignal): Promise<void> {
  const { rows, intake } = options;
  const resource = formatResource({ type: 'node', name: node.metadata?.name ?? '' });
  try {
    await intake.put(resource, await ask(operations.insert, resource, node, options, signal));
  } catch (error) {
    if (!hasCode(error, 'already-exists')) throw error;
    const known = rows.get(resource) ?? (await ask(operations.query, resource, null, options, signal));
    const patch = nodeStatusPatch(node, known as Node | undefined);
    if (patch === undefined) return;
    const request = patchOf(formatResource({ type: 'nodepatch', name: node.metadata?.name ?? '' }), patch);
    const answer = readReply(await options.requests.ask(request, { timeoutMs: options.timeoutMs, signal }));
    if (answer) await intake.put(resource, answer);
  }
}

async function ask(
  operation: string,
  resource: string,
  content: unknown,
  { requests, timeoutMs }: RegistrationOptions,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const request = createMessage({ source: sources.edged, group: groups.meta, operation, resource, content });
  const object = readReply(await requests.ask(request, { timeoutMs, signal }));
  if (!object) throw new EdgeError('unavailable', `the cloud answered ${operation} of ${resource} without the object`);
  return object;
}
