import type { Service } from '../../../kube/index.js';
import type { FieldError } from '../../kind.js';
import { child, duplicate, invalid, oneOf, required } from '../field-error.js';
import { validateLabels } from './metadata.js';
import { dnsLabel, dnsSubdomain, portName } from './names.js';
import { isPort, portRange } from './port-number.js';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

/** A service after defaulting; its cluster IP never changes once it has one. */
export function validateService(service: Service, old: Service | undefined): FieldError[] {
  const spec = service.spec;
  if (!spec) return [required('spec')];
  const errors = [
    ...oneOf(spec.type, types, 'spec.type'),
    ...oneOf(spec.sessionAffinity, ['ClientIP', 'None'], 'spec.sessionAffinity'),
    ...oneOf(spec.internalTrafficPolicy, ['Cluster', 'Local'], 'spec.internalTrafficPolicy'),
    ...validateLabels(spec.selector, 'spec.selector'),
    ...validatePorts(spec.ports ?? []),
  ];
  if (spec.type === 'ExternalName') {
    const problem = dnsSubdomain((spec.externalName ?? '').replace(/\.$/, ''));
    if (!spec.externalName) errors.push(required('spec.externalName'));
    else if (problem) errors.push(invalid('spec.externalName', spec.externalName, problem));
  } else if (!spec.ports?.length && spec.clusterIP !== 'None') {
    errors.push(required('spec.ports'));
  }
  const before = old?.spec?.clusterIP;
  if (before && old?.spec?.type !== 'ExternalName' && spec.type !== 'ExternalName' && spec.clusterIP !== before) {
    errors.push(invalid('spec.clusterIP', spec.clusterIP ?? '', 'field is immutable'));
  }
  return errors;
}

function validatePorts(ports: NonNullable<NonNullable<Service['spec']>['ports']>): FieldError[] {
  const names = new Set<string>();
  const numbers = new Set<string>();
  return ports.flatMap((port, index) => {
    const at = `spec.ports[${index}]`;
    const errors = oneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], child(at, 'protocol'));
    if (!isPort(port.port)) errors.push(invalid(child(at, 'port'), port.port, portRange));
    if (!port.name && ports.length > 1) errors.push(required(child(at, 'name')));
    if (port.name) {
      const problem = dnsLabel(port.name);
      if (problem) errors.push(invalid(child(at, 'name'), port.name, problem));
      if (names.has(port.name)) errors.push(duplicate(child(at, 'name'), port.name));
      names.add(port.name);
    }
    const target: unknown = port.targetPort;
    if (typeof target === 'number' && !isPort(target)) errors.push(invalid(child(at, 'targetPort'), target, portRange));
    const problem = typeof target === 'string' ? portName(target) : undefined;
    if (problem) errors.push(invalid(child(at, 'targetPort'), target, problem));
    const key = `${port.protocol}/${port.port}`;
    if (numbers.has(key)) errors.push(duplicate(at, key));
    numbers.add(key);
    return errors;
  });
}
