import type { Container } from '../../../kube/index.js';
import { compareQuantity, parseQuantity } from '../../../lib/index.js';
import type { FieldError } from '../../kind.js';
import { child, duplicate, invalid, notFound, oneOf, required } from '../field-error.js';
import { dnsLabel, portName, qualifiedName } from './names.js';
import { isPort, portRange } from './port-number.js';
import { validateProbes } from './probes.js';

/** One container of any of the three lists. `volumes` are the names the pod declares. */
export function validateContainer(
  container: Container,
  path: string,
  volumes: ReadonlySet<string>,
  list: 'containers' | 'initContainers' | 'ephemeralContainers',
): FieldError[] {
  const errors: FieldError[] = [];
  const nameProblem = container.name ? dnsLabel(container.name) : undefined;
  if (!container.name) errors.push(required(child(path, 'name')));
  if (nameProblem) errors.push(invalid(child(path, 'name'), container.name, nameProblem));
  if (!container.image) errors.push(required(child(path, 'image')));
  else if (container.image !== container.image.trim()) {
    errors.push(invalid(child(path, 'image'), container.image, 'must not have leading or trailing whitespace'));
  }
  errors.push(
    ...oneOf(container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never'], child(path, 'imagePullPolicy')),
    ...oneOf(
      container.terminationMessagePolicy,
      ['File', 'FallbackToLogsOnError'],
      child(path, 'terminationMessagePolicy'),
    ),
    ...validatePorts(container, child(path, 'ports')),
    ...validateEnv(container, path),
    ...validateMounts(container, child(path, 'volumeMounts'), volumes),
    ...validateResources(container, child(path, 'resources')),
    ...validateProbes(container, path, list),
  );
  return errors;
}

function validatePorts(container: Container, path: string): FieldError[] {
  const names = new Set<string>();
  return (container.ports ?? []).flatMap((port, index) => {
    const at = `${path}[${index}]`;
    const errors = oneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], child(at, 'protocol'));
    if (!port.containerPort) errors.push(required(child(at, 'containerPort')));
    else if (!isPort(port.containerPort))
      errors.push(invalid(child(at, 'containerPort'), port.containerPort, portRange));
    if (port.hostPort !== undefined && port.hostPort !== 0 && !isPort(port.hostPort)) {
      errors.push(invalid(child(at, 'hostPort'), port.hostPort, portRange));
    }
    if (port.name) {
      const problem = portName(port.name);
      if (problem) errors.push(invalid(child(at, 'name'), port.name, problem));
      if (names.has(port.name)) errors.push(duplicate(child(at, 'name'), port.name));
      names.add(port.name);
    }
    return errors;
  });
}

function validateEnv(container: Container, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, variable] of (container.env ?? []).entries()) {
    const at = `${child(path, 'env')}[${index}]`;
    if (!variable.name) errors.push(required(child(at, 'name')));
    else if (!/^[\x20-\x3c\x3e-\x7e]+$/.test(variable.name)) {
      errors.push(
        invalid(child(at, 'name'), variable.name, "must consist of printable ASCII characters other than '='"),
      );
    }
    if (!variable.valueFrom) continue;
    const sources = Object.keys(variable.valueFrom).length;
    if (variable.value)
      errors.push(invalid(child(at, 'valueFrom'), '', 'may not be specified when `value` is not empty'));
    if (sources === 0)
      errors.push(
        invalid(
          child(at, 'valueFrom'),
          '',
          'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
        ),
      );
    if (sources > 1)
      errors.push(invalid(child(at, 'valueFrom'), '', 'may not have more than one field specified at a time'));
    for (const source of ['configMapKeyRef', 'secretKeyRef'] as const) {
      const reference = variable.valueFrom[source];
      if (reference && !reference.key) errors.push(required(`${at}.valueFrom.${source}.key`));
    }
  }
  for (const [index, source] of (container.envFrom ?? []).entries()) {
    if (!source.configMapRef === !source.secretRef) {
      errors.push(
        invalid(`${child(path, 'envFrom')}[${index}]`, '', 'must specify one of: `configMapRef` or `secretRef`'),
      );
    }
  }
  return errors;
}

function validateMounts(container: Container, path: string, volumes: ReadonlySet<string>): FieldError[] {
  const paths = new Set<string>();
  return (container.volumeMounts ?? []).flatMap((mount, index) => {
    const at = `${path}[${index}]`;
    const errors: FieldError[] = [];
    if (!mount.name) errors.push(required(child(at, 'name')));
    else if (!volumes.has(mount.name)) errors.push(notFound(child(at, 'name'), mount.name));
    if (!mount.mountPath) errors.push(required(child(at, 'mountPath')));
    else if (paths.has(mount.mountPath))
      errors.push(invalid(child(at, 'mountPath'), mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    if (mount.subPath && mount.subPathExpr) {
      errors.push(
        invalid(child(at, 'subPathExpr'), mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'),
      );
    }
    for (const field of ['subPath', 'subPathExpr'] as const) {
      const inner = mount[field];
      if (inner && (inner.startsWith('/') || inner.split('/').includes('..'))) {
        errors.push(invalid(child(at, field), inner, "must be a relative path and must not contain '..'"));
      }
    }
    return errors;
  });
}

/** Requests may not exceed limits; amounts are not negative; names of the project's own resources are qualified. */
function validateResources(container: Container, path: string): FieldError[] {
  const { requests = {}, limits = {} } = container.resources ?? {};
  const errors: FieldError[] = [];
  for (const [list, amounts] of [
    ['limits', limits],
    ['requests', requests],
  ] as const) {
    for (const [name, amount] of Object.entries(amounts)) {
      const at = `${path}.${list}[${name}]`;
      const problem = qualifiedName(name);
      if (problem) errors.push(invalid(`${path}.${list}`, name, problem));
      if (parseQuantity(amount) < 0n) errors.push(invalid(at, amount, 'must be greater than or equal to 0'));
    }
  }
  for (const [name, request] of Object.entries(requests)) {
    const limit = limits[name];
    if (limit !== undefined && compareQuantity(request, limit) > 0) {
      errors.push(invalid(`${path}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`));
    }
  }
  return errors;
}
