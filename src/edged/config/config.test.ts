import { describe, expect, it } from 'vitest';
import type { Container } from '../../kube/index.js';
import { EdgeError } from '../../lib/index.js';
import { podCgroup } from './cgroup-name.js';
import { podDns } from './dns.js';
import { containerEnv } from './env.js';
import { etcHosts } from './etc-hosts.js';
import { expand } from './expand.js';
import { podHostname } from './hostname.js';
import { qosOf } from './qos.js';
import { parseResolvConf } from './resolv-conf.js';
import { containerResources, podTotals } from './resources.js';
import { containerSecurity } from './security-context.js';

const container = (parts: Partial<Container> = {}): Container => ({ name: 'main', image: 'i', ...parts });
const node = { memoryBytes: 1000n * 1024n * 1024n, lowestOomScoreAdj: -1000n };

describe('the resources of a container', () => {
  it('become shares, quota, bytes and a score', () => {
    const resources = { requests: { cpu: '250m', memory: '100Mi' }, limits: { cpu: '1', memory: '200Mi' } };
    expect(containerResources(container({ resources }), { qos: 'Burstable' }, node)).toMatchObject({
      cpuShares: 256n,
      cpuQuota: 100_000n,
      memoryLimitInBytes: 209_715_200n,
      oomScoreAdj: 900n,
    });
    expect(containerResources(container(), { qos: 'BestEffort' }, node)).toMatchObject({
      cpuShares: 2n,
      cpuQuota: 0n,
      oomScoreAdj: 1000n,
    });
  });

  it('keep the score a process without the capability may set', () => {
    const limited = { ...node, lowestOomScoreAdj: 0n };
    expect(containerResources(container(), { qos: 'Guaranteed' }, limited).oomScoreAdj).toBe(0n);
    expect(containerResources(container(), { qos: 'Guaranteed' }, node).oomScoreAdj).toBe(-997n);
  });

  it('give the pod its class', () => {
    const full = { cpu: '1', memory: '1Gi' };
    expect(qosOf({ containers: [container({ resources: { limits: full } })] })).toBe('Guaranteed');
    expect(qosOf({ containers: [container({ resources: { limits: full, requests: { cpu: '500m' } } })] })).toBe(
      'Burstable',
    );
    expect(qosOf({ containers: [container()] })).toBe('BestEffort');
    expect(qosOf({ containers: [container()] }, 'Burstable')).toBe('Burstable');
  });

  it('add up for the pod, without a limit when one container has none', () => {
    const one = container({ resources: { requests: { cpu: '100m' }, limits: { memory: '1Mi' } } });
    expect(
      podTotals({
        containers: [one, one],
        initContainers: [container({ resources: { requests: { cpu: '1' }, limits: { memory: '1Mi' } } })],
      }),
    ).toEqual({
      cpuRequest: 1000n,
      memoryRequest: 2_097_152n,
      cpuLimit: 0n,
      memoryLimit: 2_097_152n,
    });
  });
});

it('the cgroup of a pod is spelt as its driver wants it', () => {
  expect(podCgroup('cgroupfs', '/', 'Burstable', 'a-b')).toBe('/kubepods/burstable/poda-b');
  expect(podCgroup('cgroupfs', '/x', 'Guaranteed', 'a-b')).toBe('/x/kubepods/poda-b');
  expect(podCgroup('systemd', '/', 'BestEffort', 'a-b')).toBe(
    '/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-poda_b.slice',
  );
  expect(podCgroup('systemd', '/', 'Guaranteed', 'a-b')).toBe('/kubepods.slice/kubepods-poda_b.slice');
});

describe('the resolver of a pod', () => {
  const host = parseResolvConf(
    'nameserver 10.1.1.1\nsearch old\nsearch lan. home\noptions ndots:2 edns0 # x\noptions ndots:1\n',
  );
  const spec = { containers: [container()] };
  const input = { spec, namespace: 'n', clusterDns: ['10.96.0.10'], clusterDomain: 'cluster.local', host };

  it('reads what the host says', () => {
    expect(host).toEqual({ servers: ['10.1.1.1'], searches: ['lan', 'home'], options: ['ndots:1', 'edns0'] });
  });

  it('asks the cluster first', () => {
    expect(podDns(input).config).toEqual({
      servers: ['10.96.0.10'],
      searches: ['n.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'lan', 'home'],
      options: ['ndots:5'],
    });
  });

  it('falls back to the host without a cluster resolver, and says so', () => {
    const { config, warnings } = podDns({ ...input, clusterDns: [] });
    expect(config.servers).toEqual(['10.1.1.1']);
    expect(warnings.map(({ reason }) => reason)).toEqual(['MissingClusterDNS']);
  });

  it('keeps to the limits', () => {
    const nameservers = ['1.1.1.1', '2.2.2.2', '3.3.3.3', '4.4.4.4'];
    const { config, warnings } = podDns({ ...input, spec: { ...spec, dnsPolicy: 'None', dnsConfig: { nameservers } } });
    expect(config.servers).toEqual(nameservers.slice(0, 3));
    expect(warnings[0]).toMatchObject({ reason: 'DNSConfigForming' });
  });
});

it('names of a pod fit the kernel and its hosts file', () => {
  const names = podHostname({ containers: [], subdomain: 'web' }, { name: 'p', namespace: 'n' }, 'cluster.local');
  expect(etcHosts({ containers: [] }, names, ['10.0.0.2'], '')).toContain('10.0.0.2\tp.web.n.svc.cluster.local\tp\n');
  const long = { name: 'x'.repeat(70), namespace: 'n' };
  expect(podHostname({ containers: [] }, long, '').hostname).toHaveLength(63);
  expect(() => podHostname({ containers: [], subdomain: 's', setHostnameAsFQDN: true }, long, 'd')).toThrow(
    'the kernel takes 64',
  );
});

it('words expand what is known and leave the rest', () => {
  const values = new Map([['A', 'x']]);
  expect(expand('$(A) $$(A) $(B) $A $', values)).toBe('x $(A) $(B) $A $');
});

describe('an environment', () => {
  const read = (parts: Partial<Container>) =>
    containerEnv({
      pod: { metadata: { name: 'p', namespace: 'n', labels: { l: 'v' } }, spec: { containers: [] } },
      container: container(parts),
      objects: {
        configMap: async () => ({ data: { A: '1', 'b=c': 'no' } }),
        secret: async ({ name }) => {
          if (name !== 's') throw new EdgeError('not-found', `secret "${name}" not found`);
          return { data: { K: Buffer.from('geheim').toString('base64') } };
        },
      },
      facts: { nodeName: 'edge', hostIps: ['1.1.1.1'], podIps: ['2.2.2.2'] },
      allocatable: { memory: '1Gi' },
      siblings: [],
    });

  it('comes from objects and fields, the later wins', async () => {
    const values = await read({
      envFrom: [{ prefix: 'P_', configMapRef: { name: 'c' } }],
      env: [
        { name: 'S', valueFrom: { secretKeyRef: { name: 's', key: 'K' } } },
        { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
        { name: 'L', valueFrom: { fieldRef: { fieldPath: "metadata.labels['l']" } } },
        { name: 'M', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
        { name: 'ALL', value: '$(P_A)-$(S)-$(LATER)' },
        { name: 'LATER', value: 'z' },
      ],
    });
    expect(Object.fromEntries(values)).toEqual({
      P_A: '1',
      S: 'geheim',
      IP: '2.2.2.2',
      L: 'v',
      M: '1024',
      ALL: '1-geheim-$(LATER)',
      LATER: 'z',
    });
  });

  it('misses what is absent, unless that is optional', async () => {
    const ref = (name: string, optional: boolean) => ({
      env: [{ name: 'X', valueFrom: { secretKeyRef: { name, key: 'none', optional } } }],
    });
    await expect(read(ref('s', false))).rejects.toThrow("couldn't find key none in Secret n/s");
    await expect(read(ref('other', false))).rejects.toThrow('secret "other" not found');
    expect((await read(ref('other', true))).size).toBe(0);
  });
});

it('a container that must not be root is refused by the user it would be', () => {
  const secure =
    (runAsUser: number | undefined, image: { uid: { value: bigint } | undefined; username: string }) => () =>
      containerSecurity(
        { spec: { containers: [], securityContext: { runAsNonRoot: true } } },
        container(runAsUser === undefined ? {} : { securityContext: { runAsUser } }),
        image,
        '/seccomp',
      );
  expect(secure(0, { uid: undefined, username: '' })).toThrow('runAsUser breaks non-root policy');
  expect(secure(undefined, { uid: { value: 0n }, username: '' })).toThrow('image will run as root');
  expect(secure(undefined, { uid: undefined, username: 'www' })).toThrow('non-numeric user (www)');
  expect(secure(1000, { uid: undefined, username: '' })()).toMatchObject({ runAsUser: { value: 1000n } });
});
