import type { Service } from '../../kube/index.js';
import { invalid } from '../refusals.js';
import type { AdmissionRule, Surroundings } from './admission.js';

const storage = 'core/services';
/** 10.96.0.0/16: the first address is the API server's own. */
const addressCount = 65_534;
const nodePorts = { first: 30_000, count: 2768 };

export const firstServiceAddress = '10.96.0.1';

/** Gives a Service its cluster IP and node ports (facts kubernetes-api §9). */
export const serviceRule: AdmissionRule = {
  create(kind, object, around) {
    return kind.storage === storage ? allocated(object as Service, around) : object;
  },
  inherit(kind, wanted, before) {
    if (kind.storage !== storage) return wanted;
    const { spec } = wanted as { spec?: unknown };
    const { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy } = (before as Service).spec ?? {};
    if (typeof spec !== 'object' || spec === null || clusterIP === undefined) return wanted;
    const given = spec as NonNullable<Service['spec']>;
    // Who replaces a Service leaves its addresses out and means the old ones.
    if (given.clusterIP || given.type === 'ExternalName') return wanted;
    return { ...wanted, spec: { ...given, clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy } } as Service;
  },
  update(kind, object, _before, around) {
    return kind.storage === storage ? allocated(object as Service, around) : object;
  },
};

function allocated(service: Service, around: Surroundings): Service {
  const { spec } = service;
  if (!spec || spec.type === 'ExternalName') return service;
  const others = (around.list(`${storage}/`) as readonly Service[]).filter(
    ({ metadata }) => metadata?.uid !== service.metadata?.uid,
  );
  const clusterIP = addressOf(service, others);
  const exposed = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
  return {
    ...service,
    spec: {
      ...spec,
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: spec.ipFamilies ?? ['IPv4'],
      ipFamilyPolicy: spec.ipFamilyPolicy ?? 'SingleStack',
      ...(exposed && spec.ports && { ports: withNodePorts(spec.ports, others) }),
    },
    status: service.status ?? { loadBalancer: {} },
  };
}

function addressOf(service: Service, others: readonly Service[]): string {
  const taken = new Set(others.map(({ spec }) => spec?.clusterIP));
  const asked = service.spec?.clusterIP;
  if (asked === 'None') return asked;
  if (asked) {
    if (!taken.has(asked)) return asked;
    throw invalid({ group: '', kind: 'Service' }, service.metadata?.name ?? '', [
      {
        field: 'spec.clusterIPs',
        reason: 'FieldValueInvalid',
        message: `Invalid value: ["${asked}"]: failed to allocate IP ${asked}: provided IP is already allocated`,
      },
    ]);
  }
  for (let index = 2; index <= addressCount; index += 1) {
    const address = `10.96.${index >> 8}.${index & 255}`;
    if (!taken.has(address)) return address;
  }
  throw invalid({ group: '', kind: 'Service' }, service.metadata?.name ?? '', [
    {
      field: 'spec.clusterIPs',
      reason: 'FieldValueInvalid',
      message: 'Invalid value: []: all service addresses are in use',
    },
  ]);
}

type Ports = NonNullable<NonNullable<Service['spec']>['ports']>;

function withNodePorts(ports: Ports, others: readonly Service[]): Ports {
  const taken = new Set([...others.flatMap(({ spec }) => spec?.ports ?? []), ...ports].map(({ nodePort }) => nodePort));
  return ports.map((port) => {
    if (port.nodePort) return port;
    let nodePort = nodePorts.first;
    while (taken.has(nodePort)) nodePort += 1;
    if (nodePort >= nodePorts.first + nodePorts.count) {
      throw invalid({ group: '', kind: 'Service' }, '', [
        { field: 'spec.ports', reason: 'FieldValueInvalid', message: 'Invalid value: all node ports are in use' },
      ]);
    }
    taken.add(nodePort);
    return { ...port, nodePort };
  });
}
