import type { Container, PodSpec } from '../../kube/index.js';
import { splitImage } from '../images/image-name.js';

/** Fills what an API server would have filled (facts kubelet-on-cri §2.17); fields that are set stay as they are. */
export function withDefaults(spec: PodSpec): PodSpec {
  const hostNetwork = spec.hostNetwork === true;
  const container = (item: Container) => containerDefaults(item, hostNetwork);
  return {
    ...spec,
    restartPolicy: spec.restartPolicy ?? 'Always',
    dnsPolicy: spec.dnsPolicy ?? 'ClusterFirst',
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
    securityContext: spec.securityContext ?? {},
    enableServiceLinks: spec.enableServiceLinks ?? true,
    containers: spec.containers.map(container),
    ...(spec.initContainers ? { initContainers: spec.initContainers.map(container) } : {}),
  };
}

function containerDefaults(container: Container, hostNetwork: boolean): Container {
  const { limits, requests } = container.resources ?? {};
  return {
    ...container,
    imagePullPolicy: container.imagePullPolicy ?? defaultPullPolicy(container.image ?? ''),
    terminationMessagePath: container.terminationMessagePath ?? '/dev/termination-log',
    terminationMessagePolicy: container.terminationMessagePolicy ?? 'File',
    ...(limits ? { resources: { ...container.resources, requests: { ...limits, ...requests } } } : {}),
    ...(container.ports
      ? {
          ports: container.ports.map((port) => ({
            ...port,
            protocol: port.protocol ?? 'TCP',
            ...(hostNetwork ? { hostPort: port.containerPort } : {}),
          })),
        }
      : {}),
  };
}

function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  const { tag, digest } = splitImage(image);
  return digest === undefined && (tag ?? 'latest') === 'latest' ? 'Always' : 'IfNotPresent';
}
