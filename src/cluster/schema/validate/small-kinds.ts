import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, Lease, Node, RuntimeClass } from '../../../kube/index.js';
import { compareQuantity } from '../../../lib/index.js';
import type { FieldError } from '../../kind.js';
import { forbidden, invalid, oneOf, required } from '../field-error.js';
import { dnsLabel, qualifiedName } from './names.js';

interface Claim extends KubeObject {
  spec?: { accessModes?: string[]; volumeName?: string; resources?: { requests?: Record<string, string> } };
}

interface Volume extends KubeObject {
  spec?: { accessModes?: string[]; capacity?: Record<string, string>; persistentVolumeReclaimPolicy?: string };
}

const accessModes = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'];

export function validateRuntimeClass(runtime: RuntimeClass, old: RuntimeClass | undefined): FieldError[] {
  if (!runtime.handler) return [required('handler')];
  const problem = dnsLabel(runtime.handler);
  const errors = problem ? [invalid('handler', runtime.handler, problem)] : [];
  return old && old.handler !== runtime.handler
    ? [...errors, invalid('handler', runtime.handler, 'field is immutable')]
    : errors;
}

export function validateLease(lease: Lease): FieldError[] {
  const { leaseDurationSeconds, leaseTransitions } = lease.spec ?? {};
  const errors: FieldError[] = [];
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    errors.push(invalid('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'));
  }
  if (leaseTransitions !== undefined && leaseTransitions < 0) {
    errors.push(invalid('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0'));
  }
  return errors;
}

export function validateNode(node: Node, old: Node | undefined): FieldError[] {
  const errors = (node.spec?.taints ?? []).flatMap((taint, index) => {
    const path = `spec.taints[${index}]`;
    const problem = taint.key ? qualifiedName(taint.key) : undefined;
    return [
      ...(taint.key ? [] : [required(`${path}.key`)]),
      ...(problem ? [invalid(`${path}.key`, taint.key, problem)] : []),
      ...(taint.effect ? [] : [required(`${path}.effect`)]),
      ...oneOf(taint.effect, ['NoSchedule', 'PreferNoSchedule', 'NoExecute'], `${path}.effect`),
    ];
  });
  if (old?.spec?.podCIDR && node.spec?.podCIDR !== old.spec.podCIDR) {
    errors.push(forbidden('spec.podCIDR', 'node updates may not change podCIDR except from "" to valid'));
  }
  return errors;
}

export function validatePriorityClass(
  priority: KubeObject & { value?: number; preemptionPolicy?: string },
  old: { value?: number } | undefined,
): FieldError[] {
  const value = priority.value ?? 0;
  const errors = oneOf(priority.preemptionPolicy, ['Never', 'PreemptLowerPriority'], 'preemptionPolicy');
  const system = priority.metadata?.name?.startsWith('system-') ?? false;
  if (value > 1_000_000_000 && !system) errors.push(forbidden('value', 'must be no more than 1000000000'));
  if (old && (old.value ?? 0) !== value) errors.push(forbidden('value', 'may not be changed in an update.'));
  return errors;
}

export function validateEndpointSlice(
  slice: { addressType?: string; endpoints?: { addresses?: string[] }[] },
  old: { addressType?: string } | undefined,
): FieldError[] {
  if (!slice.addressType) return [required('addressType')];
  const errors = oneOf(slice.addressType, ['FQDN', 'IPv4', 'IPv6'], 'addressType');
  for (const [index, endpoint] of (slice.endpoints ?? []).entries()) {
    if (!endpoint.addresses?.length) errors.push(required(`endpoints[${index}].addresses`));
  }
  if (old && old.addressType !== slice.addressType) {
    errors.push(invalid('addressType', slice.addressType, 'field is immutable'));
  }
  return errors;
}

export function validateClaim(claim: Claim, old: Claim | undefined): FieldError[] {
  const spec = claim.spec ?? {};
  const errors = validateAccessModes(spec.accessModes);
  const size = spec.resources?.requests?.storage;
  if (size === undefined) return [...errors, required('spec.resources[storage]')];
  if (!old?.spec) return errors;
  const before = old.spec.resources?.requests?.storage;
  if (before !== undefined && compareQuantity(size, before) < 0) {
    errors.push(forbidden('spec.resources.requests.storage', 'field can not be less than previous value'));
  }
  // A controller may bind the claim and the claim may grow; nothing else changes.
  const same = {
    ...spec,
    resources: old.spec.resources,
    volumeName: old.spec.volumeName ? spec.volumeName : undefined,
  };
  if (!isDeepStrictEqual(same, { ...old.spec, volumeName: old.spec.volumeName || undefined })) {
    errors.push(
      forbidden('spec', 'spec is immutable after creation except resources.requests and volumeName for bound claims'),
    );
  }
  return errors;
}

export function validateVolume(volume: Volume): FieldError[] {
  const spec = volume.spec ?? {};
  return [
    ...validateAccessModes(spec.accessModes),
    ...(spec.capacity?.storage === undefined ? [required('spec.capacity')] : []),
    ...oneOf(spec.persistentVolumeReclaimPolicy, ['Delete', 'Recycle', 'Retain'], 'spec.persistentVolumeReclaimPolicy'),
  ];
}

function validateAccessModes(modes: readonly string[] | undefined): FieldError[] {
  if (!modes?.length) return [required('spec.accessModes', 'at least 1 access mode is required')];
  return modes.flatMap((mode, index) => oneOf(mode, accessModes, `spec.accessModes[${index}]`));
}
