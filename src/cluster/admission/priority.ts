import type { KubeObject, Pod } from '../../kube/index.js';
import type { Kind } from '../kind.js';
import { forbidden } from '../refusals.js';
import type { Surroundings } from './admission.js';

type PodSpec = NonNullable<Pod['spec']>;
type PriorityClass = KubeObject & { value?: number; globalDefault?: boolean; preemptionPolicy?: string };

const classes = 'scheduling.k8s.io/priorityclasses/';

/** The pod's spec with the number and policy its priority class stands for; 0 without one. Throws 403. */
export function withPriority(kind: Kind, { metadata, spec }: Pod, { current, list }: Surroundings): PodSpec {
  const given = spec as PodSpec;
  const named = given.priorityClassName
    ? (current(`${classes}${given.priorityClassName}`) as PriorityClass | undefined)
    : defaultClass(list);
  if (given.priorityClassName && !named) {
    throw forbidden(kind, metadata?.name ?? '', `no PriorityClass with name ${given.priorityClassName} was found`);
  }
  const priority = named?.value ?? 0;
  const preemptionPolicy = named?.preemptionPolicy ?? 'PreemptLowerPriority';
  if (given.priority !== undefined && given.priority !== priority) {
    throw forbidden(
      kind,
      metadata?.name ?? '',
      `the integer value of priority (${given.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`,
    );
  }
  return {
    ...given,
    ...(named?.metadata?.name && { priorityClassName: named.metadata.name }),
    priority,
    preemptionPolicy: given.preemptionPolicy ?? preemptionPolicy,
  };
}

function defaultClass(list: Surroundings['list']): PriorityClass | undefined {
  return (list(classes) as readonly PriorityClass[]).find(({ globalDefault }) => globalDefault);
}
