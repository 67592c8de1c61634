import type { Container, Pod } from '../../kube/index.js';
import { EdgeError, parseQuantity } from '../../lib/index.js';

/** What is known of the pod and node only at run time. */
export interface RuntimeFacts {
  readonly nodeName: string;
  readonly hostIps: readonly string[];
  readonly podIps: readonly string[];
}

/** The value of a fieldRef (facts kubelet-on-cri §4.2). Whole label and annotation maps are for files. Throws `invalid` for other paths. */
export function fieldValue(pod: Pod, path: string, facts: RuntimeFacts): string {
  const { metadata = {}, spec } = pod;
  const subscript = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path);
  if (subscript) {
    const [, map, key = ''] = subscript;
    return (map === 'labels' ? metadata.labels : metadata.annotations)?.[key] ?? '';
  }
  switch (path) {
    case 'metadata.name':
      return metadata.name ?? '';
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return mapLines(metadata.labels);
    case 'metadata.annotations':
      return mapLines(metadata.annotations);
    case 'spec.nodeName':
      return spec?.nodeName || facts.nodeName;
    case 'spec.serviceAccountName':
      return spec?.serviceAccountName ?? '';
    case 'status.hostIP':
      return facts.hostIps[0] ?? '';
    case 'status.hostIPs':
      return facts.hostIps.join(',');
    case 'status.podIP':
      return facts.podIps[0] ?? '';
    case 'status.podIPs':
      return facts.podIps.join(',');
    default:
      throw new EdgeError('invalid', `fieldPath ${JSON.stringify(path)} is not one a container can refer to`);
  }
}

const mapLines = (map: Readonly<Record<string, string>> = {}) =>
  Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');

/** The value of a resourceFieldRef: the quantity over the divisor, rounded up; a missing limit is what the node can give. Throws `invalid`. */
export function resourceValue(
  container: Container,
  ref: { resource: string; divisor?: string },
  allocatable: Readonly<Record<string, string>>,
): string {
  const match = /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$/.exec(ref.resource);
  if (!match) throw new EdgeError('invalid', `resource ${JSON.stringify(ref.resource)} must be limits.* or requests.*`);
  const [, kind, name = ''] = match;
  const { limits, requests } = container.resources ?? {};
  const quantity = kind === 'limits' ? (limits?.[name] ?? allocatable[name]) : requests?.[name];
  const value = parseQuantity(quantity ?? '0');
  const divisor = parseQuantity(ref.divisor || '1') || parseQuantity('1');
  return String((value + divisor - 1n) / divisor);
}
