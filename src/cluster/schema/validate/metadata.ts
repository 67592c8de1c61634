import type { KubeObject, ObjectMeta } from '../../../kube/index.js';
import type { FieldError } from '../../kind.js';
import { child, forbidden, invalid, required, tooLong } from '../field-error.js';
import { labelValue, type NameRule, pathSegment, qualifiedName } from './names.js';

const maxAnnotationBytes = 256 * 1024;

/** Names, labels, annotations, owners (facts kubernetes-api §6, §10); with `old`, what identifies an object stays. */
export function validateMetadata(
  object: KubeObject,
  old: KubeObject | undefined,
  options: { readonly namespaced: boolean; readonly nameRule: NameRule },
): FieldError[] {
  const meta = object.metadata ?? {};
  const errors = [...validateName(meta, options.nameRule)];
  if (options.namespaced && !meta.namespace) errors.push(required('metadata.namespace'));
  if (!options.namespaced && meta.namespace) {
    errors.push(forbidden('metadata.namespace', 'not allowed on this type'));
  }
  errors.push(...validateLabels(meta.labels, 'metadata.labels'), ...validateAnnotations(meta));
  for (const [index, finalizer] of (meta.finalizers ?? []).entries()) {
    const problem = qualifiedName(finalizer);
    if (problem) errors.push(invalid(`metadata.finalizers[${index}]`, finalizer, problem));
  }
  errors.push(...validateOwners(meta));
  for (const name of ['name', 'namespace', 'uid'] as const) {
    const before = old?.metadata?.[name];
    if (before !== undefined && meta[name] !== before) {
      errors.push(invalid(`metadata.${name}`, meta[name] ?? '', 'field is immutable'));
    }
  }
  return errors;
}

function validateName(meta: ObjectMeta, rule: NameRule): FieldError[] {
  if (meta.generateName) {
    // A random suffix follows: only what comes before it can be judged.
    const problem = rule(`${meta.generateName.slice(0, 58).replace(/[-.]+$/, '')}x`);
    if (problem) return [invalid('metadata.generateName', meta.generateName, problem)];
  }
  if (!meta.name) {
    return meta.generateName ? [] : [required('metadata.name', 'name or generateName is required')];
  }
  const problem = pathSegment(meta.name) ?? rule(meta.name);
  return problem ? [invalid('metadata.name', meta.name, problem)] : [];
}

/** Every key and value of a set of labels; also used for selectors. */
export function validateLabels(labels: Readonly<Record<string, string>> | undefined, path: string): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => {
    const badKey = qualifiedName(key);
    const badValue = labelValue(value);
    return [...(badKey ? [invalid(path, key, badKey)] : []), ...(badValue ? [invalid(path, value, badValue)] : [])];
  });
}

function validateAnnotations(meta: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(meta.annotations ?? {})) {
    const problem = qualifiedName(key.toLowerCase());
    if (problem) errors.push(invalid('metadata.annotations', key, problem));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > maxAnnotationBytes) {
    errors.push(tooLong('metadata.annotations', maxAnnotationBytes));
  }
  return errors;
}

function validateOwners(meta: ObjectMeta): FieldError[] {
  const owners = meta.ownerReferences ?? [];
  const errors = owners.flatMap((owner, index) => {
    const path = `metadata.ownerReferences[${index}]`;
    return (['apiVersion', 'kind', 'name', 'uid'] as const)
      .filter((field) => !owner[field])
      .map((field) => required(child(path, field), 'must not be empty'));
  });
  const controllers = owners.filter((owner) => owner.controller);
  if (controllers.length > 1) {
    errors.push(
      invalid(
        'metadata.ownerReferences',
        controllers.map((owner) => owner.name),
        'only one may be the controller',
      ),
    );
  }
  return errors;
}
