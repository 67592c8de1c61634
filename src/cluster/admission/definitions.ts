import type { KubeObject } from '../../kube/index.js';
import { timestamp } from '../timestamp.js';
import type { AdmissionRule } from './admission.js';

type Definition = KubeObject & {
  spec?: { names?: object; versions?: { name?: string; storage?: boolean }[] };
  status?: { storedVersions?: string[]; conditions?: unknown[]; acceptedNames?: object };
};

const storage = 'apiextensions.k8s.io/customresourcedefinitions';

/** Holds a definition until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** A stored definition is served at once, so it is established by the write that stores it (facts kubernetes-api §11). */
export const definitionRule: AdmissionRule = {
  create(kind, object, { now }) {
    if (kind.storage !== storage) return object;
    const finalizers = [...new Set([...(object.metadata?.finalizers ?? []), cleanupFinalizer])];
    return {
      ...object,
      metadata: { ...object.metadata, finalizers },
      status: statusOf(object, undefined, now()),
    } as Definition;
  },
  update(kind, object, before, { now }) {
    if (kind.storage !== storage) return object;
    return { ...object, status: statusOf(object, before, now()) } as Definition;
  },
};

function statusOf({ spec, status }: Definition, before: Definition | undefined, now: Date): object {
  const stored = spec?.versions?.find((version) => version.storage)?.name;
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    reason,
    message,
    lastTransitionTime: timestamp(now),
  });
  return {
    ...status,
    acceptedNames: spec?.names ?? {},
    storedVersions: [
      ...new Set([...(before?.status?.storedVersions ?? []), ...(stored === undefined ? [] : [stored])]),
    ],
    conditions: before?.status?.conditions ?? [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
  };
}
