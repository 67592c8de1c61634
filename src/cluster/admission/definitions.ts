import { establishDefinition } from '../crd/index.js';
import type { AdmissionRule } from './admission.js';

const storage = 'apiextensions.k8s.io/customresourcedefinitions';

/** Holds a definition until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** A stored definition is served at once, so it is established by the write that stores it (facts kubernetes-api §11). */
export const definitionRule: AdmissionRule = {
  create(kind, object, { now, registry }) {
    if (kind.storage !== storage) return object;
    const finalizers = [...new Set([...(object.metadata?.finalizers ?? []), cleanupFinalizer])];
    return establishDefinition({ ...object, metadata: { ...object.metadata, finalizers } }, registry, now());
  },
  update(kind, object, _before, { now, registry }) {
    if (kind.storage !== storage) return object;
    return establishDefinition(object, registry, now());
  },
};
