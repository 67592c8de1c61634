import type { KubeObject, Namespace, ResourceType } from '../../kube/index.js';

/** Objects of one kind that are still in a namespace. */
export interface Remains {
  readonly type: ResourceType;
  readonly objects: readonly KubeObject[];
}

type Condition = NonNullable<NonNullable<Namespace['status']>['conditions']>[number];

/** The conditions of a namespace that is being emptied, those that change only (facts kubernetes-api §14). */
export function contentConditions(namespace: Namespace, remains: readonly Remains[], now: Date): Condition[] {
  const counts = remains.map(({ type, objects }) => `${qualified(type)} has ${objects.length} resource instances`);
  const holders = new Map<string, number>();
  for (const finalizer of remains.flatMap(({ objects }) =>
    objects.flatMap(({ metadata }) => metadata?.finalizers ?? []),
  )) {
    holders.set(finalizer, (holders.get(finalizer) ?? 0) + 1);
  }
  const held = [...holders].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
  const states: Omit<Condition, 'lastTransitionTime'>[] = [
    state('NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', 'All resources successfully discovered'),
    state(
      'NamespaceDeletionContentFailure',
      false,
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    counts.length > 0
      ? state(
          'NamespaceContentRemaining',
          true,
          'SomeResourcesRemain',
          `Some resources are remaining: ${counts.join(', ')}`,
        )
      : state('NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed'),
    held.length > 0
      ? state(
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${held.join(', ')}`,
        )
      : state(
          'NamespaceFinalizersRemaining',
          false,
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        ),
  ];
  const before = new Map((namespace.status?.conditions ?? []).map((condition) => [condition.type, condition]));
  return states.flatMap((next) => {
    const old = before.get(next.type);
    if (old?.status === next.status && old.message === next.message) return [];
    const since = old?.status === next.status ? old.lastTransitionTime : undefined;
    return { ...next, lastTransitionTime: since ?? now.toISOString().replace(/\.\d+Z$/, 'Z') };
  });
}

const state = (type: string, status: boolean, reason: string, message: string) => ({
  type,
  status: status ? 'True' : 'False',
  reason,
  message,
});

const qualified = ({ group, plural }: ResourceType) => (group === '' ? `${plural}.` : `${plural}.${group}`);
