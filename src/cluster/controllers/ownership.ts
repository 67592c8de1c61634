import type { OwnerReference } from '../../kube/index.js';

/**
 * What an owner reference means right now: `solid` owners keep the object, `absent` ones do not
 * exist (any more), `waiting` ones are being deleted in the foreground and wait for this object.
 * `unknown`: the owner's kind is not served, so nothing can be said.
 */
export type OwnerState = 'solid' | 'absent' | 'waiting' | 'unknown';

export type OwnershipStep =
  | { readonly kind: 'keep' }
  /** Some owners are gone while others keep the object: only the references go. */
  | { readonly kind: 'release'; readonly owners: readonly OwnerReference[] }
  | { readonly kind: 'delete'; readonly policy: 'Background' | 'Foreground' | 'Orphan' };

/** Decides about an object from its owners (facts kubernetes-api §15). What is not known never deletes. */
export function ownershipStep(object: {
  readonly owners: readonly { readonly reference: OwnerReference; readonly state: OwnerState }[];
  readonly finalizers: readonly string[];
  readonly deleting: boolean;
  readonly hasDependents: boolean;
}): OwnershipStep {
  const { owners, finalizers, deleting, hasDependents } = object;
  if (deleting || owners.length === 0 || owners.some(({ state }) => state === 'unknown')) return { kind: 'keep' };
  if (owners.some(({ state }) => state === 'solid')) {
    const kept = owners.filter(({ state }) => state === 'solid').map(({ reference }) => reference);
    return kept.length === owners.length ? { kind: 'keep' } : { kind: 'release', owners: kept };
  }
  if (finalizers.includes('orphan')) return { kind: 'delete', policy: 'Orphan' };
  const foreground =
    finalizers.includes('foregroundDeletion') || (hasDependents && owners.some(({ state }) => state === 'waiting'));
  return { kind: 'delete', policy: foreground ? 'Foreground' : 'Background' };
}
