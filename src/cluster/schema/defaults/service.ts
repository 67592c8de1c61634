import type { Service } from '../../../kube/index.js';
import { fill, forEach } from './fill.js';

/** Facts kubernetes-api §9, without what is allocated (cluster IPs, node ports). Changes its argument. */
export function defaultService(service: Service): void {
  service.spec ??= {};
  const spec = service.spec;
  fill(spec, { type: 'ClusterIP', sessionAffinity: 'None' });
  if (spec.sessionAffinity === 'ClientIP') {
    spec.sessionAffinityConfig ??= {};
    spec.sessionAffinityConfig.clientIP ??= {};
    fill(spec.sessionAffinityConfig.clientIP, { timeoutSeconds: 10_800 });
  }
  forEach(spec.ports, (port) => fill(port, { protocol: 'TCP', targetPort: port.port }));
  const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
  if (external) fill(spec, { externalTrafficPolicy: 'Cluster' });
  if (spec.type === 'LoadBalancer') fill(spec, { allocateLoadBalancerNodePorts: true });
  if (spec.type !== 'ExternalName') {
    fill(spec, { internalTrafficPolicy: 'Cluster', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' });
  }
  Object.assign(service, { status: { loadBalancer: {}, ...service.status } });
}
