import type { KubeObject } from '../../../kube/index.js';
import type { FieldError, Kind } from '../../kind.js';
import type { ObjectType } from '../types.js';
import { typeErrors } from '../walk.js';
import { validateConfigMap, validateSecret } from './config.js';
import { validateMetadata } from './metadata.js';
import { dnsLabel, dnsSubdomain } from './names.js';
import { validatePod } from './pod.js';
import { validateService } from './service.js';
import {
  validateClaim,
  validateEndpointSlice,
  validateLease,
  validateNode,
  validatePriorityClass,
  validateRuntimeClass,
  validateVolume,
} from './small-kinds.js';

type Validator = (object: never, old: never | undefined) => FieldError[];

/** What a kind demands beyond its types and its metadata, by type name. */
const validators: Readonly<Record<string, Validator>> = {
  'core.v1.ConfigMap': validateConfigMap,
  'core.v1.Node': validateNode,
  'core.v1.PersistentVolume': validateVolume,
  'core.v1.PersistentVolumeClaim': validateClaim,
  'core.v1.Pod': validatePod,
  'core.v1.Secret': validateSecret,
  'core.v1.Service': validateService,
  'coordination.v1.Lease': validateLease,
  'discovery.v1.EndpointSlice': validateEndpointSlice,
  'node.v1.RuntimeClass': validateRuntimeClass,
  'scheduling.v1.PriorityClass': validatePriorityClass,
};

const nameRules: Readonly<Record<string, typeof dnsLabel>> = {
  'core.v1.Namespace': dnsLabel,
  'core.v1.Service': dnsLabel,
};

/**
 * Everything wrong with an object of a built-in type after defaulting. When a value has the wrong JSON type only
 * that is reported: what follows reads the object as typed.
 */
export function validateBuiltIn(
  kind: Kind,
  type: ObjectType,
  object: KubeObject,
  old: KubeObject | undefined,
): FieldError[] {
  const mistyped = typeErrors(object, type);
  if (mistyped.length > 0) return mistyped;
  const nameRule = nameRules[type.name] ?? dnsSubdomain;
  return [
    ...validateMetadata(object, old, { namespaced: kind.type.namespaced, nameRule }),
    ...(validators[type.name]?.(object as never, old as never) ?? []),
  ];
}
