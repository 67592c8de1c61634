import { EdgeError, type Log, messageOf } from '../../lib/index.js';
import {
  ackOf,
  groups,
  type Link,
  type Message,
  operations,
  parseResource,
  replyTo,
  sources,
} from '../../wire/index.js';
import { isPlainObject } from './json.js';
import type { ObjectIntake } from './object-intake.js';
import { readReply } from './reply.js';
import type { Requests } from './requests.js';

/** Objects that come as answers and that a cloud sends again until they are acknowledged (facts cloudhub-wire §3.6). */
const ackedAnswers = new Set([
  'configmap',
  'secret',
  'persistentvolume',
  'persistentvolumeclaim',
  'volumeattachment',
  'runtimeclass',
]);
const maxUncommitted = 256;

/**
 * Takes what the cloud sends over one link until the link closes (facts cloudhub-wire §3.5, §6.2). An object is
 * acknowledged when it is on disk and followers were told; what cannot be stored is answered with operation
 * `error`, which makes the cloud try again. Messages are handled in order, their commits overlap.
 */
export async function receiveMessages(options: {
  readonly link: Link;
  readonly intake: ObjectIntake;
  readonly requests: Requests;
  readonly log: Log;
}): Promise<void> {
  const { link, log } = options;
  const uncommitted = new Set<Promise<void>>();
  const unknownGroups = new Set<string>();
  for await (const message of link.receive()) {
    if (message.group !== groups.resource && message.group !== groups.func) {
      const group = message.group ?? '';
      if (unknownGroups.size < 16 && !unknownGroups.has(group)) {
        unknownGroups.add(group);
        log.warn({ group, resource: message.resource }, 'messages of this group are not supported and are dropped');
      }
      continue;
    }
    const handled = handle(message, options)
      .catch((error: unknown) => refuse(message, error, options))
      .catch((error: unknown) => log.debug({ err: error }, 'answer to the cloud was not sent'))
      .finally(() => uncommitted.delete(handled));
    uncommitted.add(handled);
    if (uncommitted.size >= maxUncommitted) await Promise.race(uncommitted);
  }
  await Promise.all(uncommitted);
}

type Options = Parameters<typeof receiveMessages>[0];

async function handle(message: Message, options: Options): Promise<void> {
  const { link, intake } = options;
  if (message.parentId) return answer(message, options);
  const { operation, resource = '', content } = message;
  switch (operation) {
    case operations.insert:
    case operations.update:
      await intake.put(resource, content);
      break;
    case operations.delete:
      await intake.remove(resource, uidOf(content));
      break;
    default:
      throw new EdgeError(
        'unsupported',
        `operation ${operation ?? '(none)'} on ${resource} is not supported by this edge`,
      );
  }
  await link.send(ackOf(message));
}

/** An answer is stored first when it is an object that stays, then handed to the one who asked. */
async function answer(message: Message, { link, intake, requests }: Options): Promise<void> {
  const { type } = parseResource(message.resource ?? '');
  const object = ackedAnswers.has(type) ? objectIn(message) : undefined;
  if (object) await intake.put(message.resource ?? '', object);
  requests.settle(message);
  // Acknowledged even when nobody waits any more: the cloud's queue for this node stands still until then.
  if (object) await link.send(ackOf(message));
}

function objectIn(message: Message): unknown {
  try {
    return readReply(message);
  } catch {
    // A failure is for the one who asked, who reads it again.
    return undefined;
  }
}

async function refuse(message: Message, error: unknown, { link, log, requests }: Options): Promise<void> {
  log.warn({ err: error, resource: message.resource, operation: message.operation }, 'message from the cloud refused');
  requests.settle(message);
  const source = sources.metaManager;
  await link.send(
    replyTo(message, { source, group: groups.resource, operation: operations.error, content: messageOf(error) }),
  );
}

function uidOf(content: unknown): string | undefined {
  const metadata = isPlainObject(content) ? content.metadata : undefined;
  const uid = isPlainObject(metadata) ? metadata.uid : undefined;
  return typeof uid === 'string' && uid !== '' ? uid : undefined;
}
