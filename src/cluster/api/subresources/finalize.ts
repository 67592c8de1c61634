import type { Namespace } from '../../../kube/index.js';
import { readKind } from '../body.js';
import type { Verb } from '../call.js';
import { requireValid, storeChange } from '../object-change.js';
import { keptMetadata } from '../object-metadata.js';
import { requireObject } from '../stored-object.js';

/** PUT namespaces/x/finalize: the only way `spec.finalizers` shrinks; without any the namespace is gone. */
export const finalizeNamespace: Verb = async (api, call) => {
  const wanted = (await readKind(api, call)) as Namespace;
  const current = requireObject(api.store.current, call);
  const before = current.object as Namespace;
  // Metadata is only checked: versions and uid count, changes to it belong to the main resource.
  keptMetadata(call.kind, wanted, before);
  const finalizers = wanted.spec?.finalizers ?? [];
  const next = { ...before, spec: { ...before.spec, finalizers } };
  requireValid(api, call.kind, next);
  return { form: 'object', code: 200, object: await storeChange(api, call, current, next) };
};
