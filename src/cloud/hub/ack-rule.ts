import { groups, type Message, operations, parseResource, sources } from '../../wire/index.js';

const unackedParts = ['podlist', 'membership', 'twin/cloud_updated', 'serviceaccounttoken', 'k8s/ca.crt'];
const volumeOperations = new Set<string>([
  operations.createVolume,
  operations.deleteVolume,
  operations.controllerPublishVolume,
  operations.controllerUnpublishVolume,
]);
const unackedSources = new Set<string>([sources.taskManager, sources.nodeUpgradeJobController]);
const unackedTypes = new Set([
  'lease',
  'nodepatch',
  'podpatch',
  'podstatus',
  'certificatesigningrequest',
  // A query of ours that Go peers do not know.
  'runtimeclass',
]);

/** Whether the cloud waits until the edge has stored this message (facts cloudhub-wire §4.3, first match). */
export function needsAck(message: Message): boolean {
  const { resource = '', operation = '', source = '' } = message;
  if (unackedParts.some((part) => resource.includes(part))) return false;
  if (volumeOperations.has(operation) || operation === operations.applicationResponse) return false;
  if (message.group === groups.user || unackedSources.has(source)) return false;
  if (operation === operations.error) return false;
  if (operation === operations.response && (message.content === 'OK' || uidOf(message) === undefined)) return false;
  if (source !== sources.edgeController) return true;
  const { type } = parseResource(resource);
  if (type === 'node') return operation === operations.update;
  if (type === 'pod') return operation !== operations.response;
  return !unackedTypes.has(type);
}

interface Identified {
  metadata?: { uid?: unknown; deletionTimestamp?: unknown };
}

/** The UID of the object a message carries. */
export function uidOf(message: Message): string | undefined {
  const uid = (message.content as Identified | null)?.metadata?.uid;
  return typeof uid === 'string' && uid !== '' ? uid : undefined;
}

/** A delete, or an update of an object that is being deleted: never skipped (facts cloudhub-wire §4.4). */
export function isDeletion(message: Message): boolean {
  if (message.operation === operations.delete) return true;
  return Boolean((message.content as Identified | null)?.metadata?.deletionTimestamp);
}
