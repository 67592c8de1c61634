import type { KubeObject } from '../../kube/index.js';
import type { CustomVersion, FieldError, Kind } from '../kind.js';
import { dnsSubdomain, typeErrors, typeNamed, validateMetadata } from '../schema/index.js';
import { validateValue } from './validate-value.js';

/** A custom object against its metadata rules and its definition's schema. */
export function validateCustom(
  kind: Kind,
  version: CustomVersion,
  object: KubeObject,
  old: KubeObject | undefined,
): FieldError[] {
  const mistyped = typeErrors(object.metadata ?? {}, typeNamed('meta.v1.ObjectMeta'));
  if (mistyped.length > 0) return mistyped.map((error) => ({ ...error, field: `metadata.${error.field}` }));
  const { metadata: _, ...body } = object;
  return [
    ...validateMetadata(object, old, { namespaced: kind.type.namespaced, nameRule: dnsSubdomain }),
    ...validateValue({ ...body, metadata: {} }, version.schema, ''),
  ];
}
