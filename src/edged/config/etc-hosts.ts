import type { PodSpec } from '../../kube/index.js';

const loopback = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::0\tip6-localnet',
  'fe00::0\tip6-mcastprefix',
  'fe00::1\tip6-allnodes',
  'fe00::2\tip6-allrouters',
];

/**
 * The content of a pod's /etc/hosts (facts kubelet-on-cri §3).
 * @param nodeHosts the node's own file, for pods on the host's network
 */
export function etcHosts(
  spec: PodSpec,
  names: { host: string; domain: string },
  ips: readonly string[],
  nodeHosts: string,
): string {
  const lines =
    spec.hostNetwork === true
      ? ['# Kubernetes-managed hosts file (host network).', nodeHosts.replace(/\n$/, '')]
      : [
          '# Kubernetes-managed hosts file.',
          ...loopback,
          ...ips.map((ip) => `${ip}\t${names.domain ? `${names.host}.${names.domain}\t` : ''}${names.host}`),
        ];
  const aliases = spec.hostAliases ?? [];
  if (aliases.length > 0) lines.push('', '# Entries added by HostAliases.');
  for (const { ip, hostnames = [] } of aliases) lines.push(`${ip ?? ''}\t${hostnames.join('\t')}`);
  return `${lines.join('\n')}\n`;
}
