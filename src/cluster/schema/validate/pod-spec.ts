import type { PodSpec } from '../../../kube/index.js';
import type { FieldError } from '../../kind.js';
import { child, duplicate, invalid, oneOf, required } from '../field-error.js';
import { validateContainer } from './container.js';
import { validateLabels } from './metadata.js';
import { dnsLabel, dnsSubdomain, qualifiedName } from './names.js';
import { validateVolumes } from './volumes.js';

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];

/** A pod's spec after defaulting (facts kubernetes-api §10). */
export function validatePodSpec(spec: PodSpec, path: string): FieldError[] {
  const volumes = new Set((spec.volumes ?? []).map((volume) => volume.name));
  return [
    ...validateVolumes(spec.volumes ?? [], child(path, 'volumes')),
    ...validateContainers(spec, path, volumes),
    ...oneOf(spec.restartPolicy, restartPolicies, child(path, 'restartPolicy')),
    ...oneOf(spec.dnsPolicy, dnsPolicies, child(path, 'dnsPolicy')),
    ...validateLabels(spec.nodeSelector, child(path, 'nodeSelector')),
    ...validateReferences(spec, path),
    ...validateNumbers(spec, path),
    ...validateTolerations(spec, child(path, 'tolerations')),
    ...validateHostPorts(spec, path),
  ];
}

function validateContainers(spec: PodSpec, path: string, volumes: ReadonlySet<string>): FieldError[] {
  const errors: FieldError[] = [];
  if ((spec.containers ?? []).length === 0) errors.push(required(child(path, 'containers')));
  const names = new Set<string>();
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    for (const [index, container] of (spec[list] ?? []).entries()) {
      const at = `${child(path, list)}[${index}]`;
      errors.push(...validateContainer(container, at, volumes, list));
      if (names.has(container.name)) errors.push(duplicate(child(at, 'name'), container.name));
      names.add(container.name);
    }
  }
  return errors;
}

function validateReferences(spec: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['serviceAccountName', 'nodeName', 'runtimeClassName', 'priorityClassName'] as const) {
    const problem = spec[field] ? dnsSubdomain(spec[field]) : undefined;
    if (problem) errors.push(invalid(child(path, field), spec[field], problem));
  }
  for (const field of ['hostname', 'subdomain'] as const) {
    const problem = spec[field] ? dnsLabel(spec[field]) : undefined;
    if (problem) errors.push(invalid(child(path, field), spec[field], problem));
  }
  if (spec.hostPID && spec.shareProcessNamespace) {
    errors.push(
      invalid(child(path, 'shareProcessNamespace'), true, 'ShareProcessNamespace and HostPID cannot both be enabled'),
    );
  }
  if (spec.dnsPolicy === 'None' && !spec.dnsConfig?.nameservers?.length) {
    const detail = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
    errors.push(required(`${path}.dnsConfig.nameservers`, detail));
  }
  return errors;
}

function validateNumbers(spec: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    errors.push(
      invalid(
        child(path, 'terminationGracePeriodSeconds'),
        spec.terminationGracePeriodSeconds,
        'must be greater than or equal to 0',
      ),
    );
  }
  if (
    spec.activeDeadlineSeconds !== undefined &&
    !(spec.activeDeadlineSeconds >= 1 && spec.activeDeadlineSeconds <= 2 ** 31 - 1)
  ) {
    errors.push(
      invalid(
        child(path, 'activeDeadlineSeconds'),
        spec.activeDeadlineSeconds,
        'must be between 1 and 2147483647, inclusive',
      ),
    );
  }
  return errors;
}

function validateTolerations(spec: PodSpec, path: string): FieldError[] {
  return (spec.tolerations ?? []).flatMap((toleration, index) => {
    const at = `${path}[${index}]`;
    const errors = [
      ...oneOf(toleration.operator || undefined, ['Equal', 'Exists'], child(at, 'operator')),
      ...oneOf(toleration.effect || undefined, ['NoSchedule', 'PreferNoSchedule', 'NoExecute'], child(at, 'effect')),
    ];
    const problem = toleration.key ? qualifiedName(toleration.key) : undefined;
    if (problem) errors.push(invalid(child(at, 'key'), toleration.key, problem));
    if (!toleration.key && toleration.operator !== 'Exists') {
      errors.push(
        invalid(
          child(at, 'operator'),
          toleration.operator ?? '',
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    }
    if (toleration.operator === 'Exists' && toleration.value) {
      errors.push(invalid(child(at, 'operator'), toleration.value, "value must be empty when `operator` is 'Exists'"));
    }
    if (toleration.tolerationSeconds !== undefined && toleration.effect !== 'NoExecute') {
      errors.push(
        invalid(
          child(at, 'effect'),
          toleration.effect ?? '',
          "effect must be 'NoExecute' when `tolerationSeconds` is set",
        ),
      );
    }
    return errors;
  });
}

/** A host port belongs to one container of the pod; on the host's network it is the container's own port. */
function validateHostPorts(spec: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const used = new Set<string>();
  for (const [index, container] of (spec.containers ?? []).entries()) {
    for (const [at, port] of (container.ports ?? []).entries()) {
      if (!port.hostPort) continue;
      const field = `${child(path, 'containers')}[${index}].ports[${at}]`;
      const key = `${port.hostIP ?? ''}/${port.protocol}/${port.hostPort}`;
      if (used.has(key)) errors.push(duplicate(`${field}.hostPort`, key));
      used.add(key);
      if (spec.hostNetwork && port.hostPort !== port.containerPort) {
        errors.push(
          invalid(`${field}.hostPort`, port.hostPort, 'must match `containerPort` when `hostNetwork` is true'),
        );
      }
    }
  }
  return errors;
}
