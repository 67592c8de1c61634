import type { PodSpec } from '../../kube/index.js';
import { DNSConfig } from '../../proto/cri/v1/api.js';
import { optionName, type ResolvConf } from './resolv-conf.js';

const limits = { servers: 3, searches: 32, searchCharacters: 2048, searchLength: 253 };

export interface DnsInput {
  readonly spec: PodSpec;
  readonly namespace: string;
  readonly clusterDns: readonly string[];
  readonly clusterDomain: string;
  readonly host: ResolvConf;
}

export interface DnsResult {
  readonly config: DNSConfig;
  /** Warning events to record on the pod. */
  readonly warnings: readonly { readonly reason: 'MissingClusterDNS' | 'DNSConfigForming'; readonly message: string }[];
}

/** The resolver configuration of a pod (facts kubelet-on-cri §3 DNS). */
export function podDns(input: DnsInput): DnsResult {
  const { spec } = input;
  const warnings: DnsResult['warnings'][number][] = [];
  const base = basis(input, warnings);
  const own = spec.dnsConfig;
  const options = new Map(base.options.map((option) => [optionName(option), option]));
  for (const { name, value } of own?.options ?? []) {
    if (name) options.set(name, value === undefined ? name : `${name}:${value}`);
  }
  const servers = unique([...base.servers, ...(own?.nameservers ?? [])]);
  const searches = unique([...base.searches, ...(own?.searches ?? [])]);
  const kept = fitSearches(searches);
  if (servers.length > limits.servers) {
    const message = `Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: ${servers.slice(0, limits.servers).join(' ')}`;
    warnings.push({ reason: 'DNSConfigForming', message });
  }
  if (kept.length < searches.length) {
    const message = `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${kept.join(' ')}`;
    warnings.push({ reason: 'DNSConfigForming', message });
  }
  const config = { servers: servers.slice(0, limits.servers), searches: kept, options: [...options.values()] };
  return { config: DNSConfig.fromPartial(config), warnings };
}

function basis(input: DnsInput, warnings: DnsResult['warnings'][number][]): ResolvConf {
  const { spec, namespace, clusterDns, clusterDomain, host } = input;
  const policy = spec.dnsPolicy ?? 'ClusterFirst';
  if (policy === 'None') return { servers: [], searches: [], options: [] };
  const cluster = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && spec.hostNetwork !== true);
  if (!cluster) return host;
  if (clusterDns.length === 0) {
    const message = `pod: clusterDNS is not configured; the pod falls back to the node's resolver ("Default" policy instead of ${JSON.stringify(policy)}).`;
    warnings.push({ reason: 'MissingClusterDNS', message });
    return host;
  }
  const domains =
    clusterDomain === '' ? [] : [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain];
  return { servers: clusterDns, searches: unique([...domains, ...host.searches]), options: ['ndots:5'] };
}

function fitSearches(searches: readonly string[]): string[] {
  const kept: string[] = [];
  let characters = 0;
  for (const search of searches.filter(({ length }) => length <= limits.searchLength)) {
    characters += search.length + (kept.length > 0 ? 1 : 0);
    if (kept.length >= limits.searches || characters > limits.searchCharacters) break;
    kept.push(search);
  }
  return kept;
}

const unique = (items: readonly string[]) => [...new Set(items)];
