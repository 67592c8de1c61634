import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { conflict, type KubeObject } from '../../kube/index.js';
import type { Kind } from '../kind.js';
import { badRequest, invalid } from '../refusals.js';
import { timestamp } from '../timestamp.js';

type Metadata = NonNullable<KubeObject['metadata']>;

/** The metadata of a new object (facts kubernetes-api §6): what the server sets replaces what the client sent. Throws 400. */
export function freshMetadata(kind: Kind, object: KubeObject, namespace: string | undefined, now: Date): Metadata {
  const {
    resourceVersion,
    selfLink: _,
    managedFields: __,
    deletionTimestamp: ___,
    deletionGracePeriodSeconds: ____,
    ...given
  } = object.metadata ?? {};
  if (resourceVersion !== undefined && resourceVersion !== '') {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  return {
    ...inNamespace(kind, given, namespace),
    uid: randomUUID(),
    creationTimestamp: timestamp(now),
    generation: kind.generation ? 1 : undefined,
  } as Metadata;
}

/** The namespace of the path wins; a different one in the body is a mistake. */
function inNamespace(kind: Kind, { namespace: given, ...metadata }: Metadata, namespace: string | undefined): Metadata {
  if (!kind.type.namespaced) return metadata;
  if (given !== undefined && given !== '' && given !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return { ...metadata, ...(namespace !== undefined && { namespace }) };
}

/** The metadata of a changed object: identity and life cycle stay the server's. Throws 400, 409 and 422. */
export function keptMetadata(kind: Kind, wanted: KubeObject, current: KubeObject): Metadata {
  const before = current.metadata ?? {};
  const name = before.name ?? '';
  const { managedFields: _, selfLink: __, generateName: ___, ...given } = wanted.metadata ?? {};
  if (given.name !== undefined && given.name !== '' && given.name !== name) {
    throw badRequest(`the name of the object (${given.name}) does not match the name on the URL (${name})`);
  }
  if (given.uid !== undefined && given.uid !== '' && given.uid !== before.uid) {
    throw conflict(
      kind.type,
      name,
      `Precondition failed: UID in precondition: ${given.uid}, UID in object meta: ${before.uid}`,
    );
  }
  if (given.resourceVersion && given.resourceVersion !== before.resourceVersion) throw conflict(kind.type, name);
  // What is no list is refused by validation.
  if (Array.isArray(given.finalizers)) checkFinalizers(kind, given.finalizers, before);
  const { namespace, uid, creationTimestamp, generation, deletionTimestamp, deletionGracePeriodSeconds, generateName } =
    before;
  return {
    ...inNamespace(kind, given, namespace),
    ...storable({
      name,
      uid,
      creationTimestamp,
      generation,
      deletionTimestamp,
      deletionGracePeriodSeconds,
      generateName,
      resourceVersion: before.resourceVersion,
    }),
  } as Metadata;
}

function checkFinalizers(kind: Kind, finalizers: readonly string[], before: Metadata): void {
  const added = finalizers.filter((finalizer) => !before.finalizers?.includes(finalizer));
  if (before.deletionTimestamp === undefined || added.length === 0) return;
  throw invalid(kind.type, before.name ?? '', [
    {
      field: 'metadata.finalizers',
      reason: 'FieldValueForbidden',
      message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`,
    },
  ]);
}

/** Whether the change counts as a new generation: the spec for built-in kinds, all but metadata and status for custom ones. */
export function isNewGeneration(kind: Kind, next: KubeObject, current: KubeObject): boolean {
  if (!kind.generation) return false;
  const relevant = (object: KubeObject) => {
    const { metadata: _, status: __, ...rest } = object as KubeObject & { status?: unknown };
    return kind.custom && !kind.definition?.statusSubresource ? { ...rest, status: __ } : rest;
  };
  return !isDeepStrictEqual(storable(relevant(next)), storable(relevant(current)));
}

/** A value as JSON keeps it: members that are undefined do not exist. */
export function storable<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
