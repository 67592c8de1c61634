import { isDeepStrictEqual } from 'node:util';
import type { Pod, PodSpec } from '../../../kube/index.js';
import type { FieldError } from '../../kind.js';
import { forbidden, required } from '../field-error.js';
import { validatePodSpec } from './pod-spec.js';

/** A pod; with `old`, also that only what may change has changed. */
export function validatePod(pod: Pod, old: Pod | undefined): FieldError[] {
  if (!pod.spec) return [required('spec')];
  const errors = validatePodSpec(pod.spec, 'spec');
  return old?.spec ? [...errors, ...validateChange(pod.spec, old.spec)] : errors;
}

/**
 * Facts kubernetes-api §10: container images, a shorter activeDeadlineSeconds, more tolerations, a negative grace
 * period set to 1, removed scheduling gates; the node name while it is empty, because binding writes it.
 */
function validateChange(spec: PodSpec, old: PodSpec): FieldError[] {
  const allowed = structuredClone(spec);
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [index, container] of (allowed[list] ?? []).entries()) {
      const image = old[list]?.[index]?.image;
      if (image !== undefined) container.image = image;
    }
  }
  if (shorter(spec.activeDeadlineSeconds, old.activeDeadlineSeconds)) keep(allowed, old, 'activeDeadlineSeconds');
  if ((old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1) {
    keep(allowed, old, 'terminationGracePeriodSeconds');
  }
  const tolerations = spec.tolerations ?? [];
  if ((old.tolerations ?? []).every((before) => tolerations.some((now) => isDeepStrictEqual(now, before)))) {
    keep(allowed, old, 'tolerations');
  }
  const gates = new Set((old.schedulingGates ?? []).map((gate) => gate.name));
  if ((spec.schedulingGates ?? []).every((gate) => gates.has(gate.name))) keep(allowed, old, 'schedulingGates');
  if (!old.nodeName) keep(allowed, old, 'nodeName');
  if (isDeepStrictEqual(allowed, old)) return [];
  return [
    forbidden(
      'spec',
      'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    ),
  ];
}

function shorter(now: number | undefined, before: number | undefined): boolean {
  return now !== undefined && (before === undefined || now < before);
}

function keep<K extends keyof PodSpec>(target: PodSpec, source: PodSpec, field: K): void {
  if (source[field] === undefined) delete target[field];
  else target[field] = source[field];
}
