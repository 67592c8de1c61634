import type { Container } from '../../../kube/index.js';
import type { FieldError } from '../../kind.js';
import { child, forbidden, invalid, required } from '../field-error.js';
import { portName } from './names.js';
import { isPort, portRange } from './port-number.js';

type Probe = NonNullable<Container['livenessProbe']>;
type Handler = Pick<Probe, 'exec' | 'grpc' | 'httpGet' | 'tcpSocket'>;

/** The three probes of a container: thresholds, and one handler each. */
export function validateProbes(container: Container, path: string, list: string): FieldError[] {
  const errors: FieldError[] = [];
  const sidecar = (container as { restartPolicy?: string }).restartPolicy === 'Always';
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const probe = container[name];
    if (!probe) continue;
    const at = child(path, name);
    if (list === 'initContainers' && !sidecar)
      errors.push(forbidden(at, 'may not be set for init containers without restartPolicy=Always'));
    errors.push(...validateHandler(probe, at));
    for (const field of [
      'initialDelaySeconds',
      'timeoutSeconds',
      'periodSeconds',
      'successThreshold',
      'failureThreshold',
    ] as const) {
      if ((probe[field] ?? 0) < 0)
        errors.push(invalid(child(at, field), probe[field], 'must be greater than or equal to 0'));
    }
    if (name !== 'readinessProbe' && (probe.successThreshold ?? 1) !== 1) {
      errors.push(invalid(child(at, 'successThreshold'), probe.successThreshold, 'must be 1'));
    }
  }
  return errors;
}

function validateHandler(handler: Handler, path: string): FieldError[] {
  const given = (['exec', 'grpc', 'httpGet', 'tcpSocket'] as const).filter((kind) => handler[kind] !== undefined);
  if (given.length === 0) return [required(path, 'must specify a handler type')];
  if (given.length > 1) return [forbidden(child(path, given[1] ?? ''), 'may not specify more than 1 handler type')];
  if (handler.exec && !handler.exec.command?.length) return [required(`${path}.exec.command`)];
  for (const kind of ['httpGet', 'tcpSocket', 'grpc'] as const) {
    const port: unknown = handler[kind]?.port;
    if (typeof port === 'number' && !isPort(port)) return [invalid(`${path}.${kind}.port`, port, portRange)];
    const problem = typeof port === 'string' ? portName(port) : undefined;
    if (problem) return [invalid(`${path}.${kind}.port`, port, problem)];
  }
  return [];
}
