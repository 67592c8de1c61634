import type { PodSpec } from '../../kube/index.js';
import { EdgeError } from '../../lib/index.js';

const limit = 63;
const kernelLimit = 64;

/** Host and domain name of a pod (facts kubelet-on-cri §3). Throws `invalid` when the full name does not fit the kernel. */
export function podHostname(
  spec: PodSpec,
  pod: { name: string; namespace: string },
  clusterDomain: string,
): { host: string; domain: string; hostname: string } {
  const host = (spec.hostname || pod.name).slice(0, limit).replace(/[-.]+$/, '');
  const domain = spec.subdomain ? `${spec.subdomain}.${pod.namespace}.svc.${clusterDomain}` : '';
  const full = domain === '' ? host : `${host}.${domain}`;
  if (spec.setHostnameAsFQDN !== true) return { host, domain, hostname: host };
  if (full.length > kernelLimit) {
    throw new EdgeError(
      'invalid',
      `setHostnameAsFQDN: ${full} has ${full.length} characters, the kernel takes ${kernelLimit}`,
    );
  }
  return { host, domain, hostname: full };
}
