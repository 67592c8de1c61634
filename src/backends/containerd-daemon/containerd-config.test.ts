import { describe, expect, it } from 'vitest';
import { bridgeConflist } from './bridge-conflist.js';
import { containerdConfig } from './containerd-config.js';
import { writeToml } from './toml.js';

const config = {
  root: '/s/root',
  state: '/s/state',
  socket: '/s/containerd.sock',
  cgroupDriver: 'cgroupfs' as const,
  cniBinDir: '/opt/cni/bin',
  cniConfDir: '/s/cni',
  sandboxImage: 'example.org/pause:1',
  restrictOomScoreAdj: false,
};
const cri = 'plugins."io.containerd.grpc.v1.cri"';

/** The lines of one table. */
const table = (toml: string, name: string) => toml.split(`[${name}]\n`)[1]?.split('\n\n')[0]?.trim().split('\n') ?? [];

describe('the configuration of containerd', () => {
  it('has what pods need in its CRI tables', () => {
    const toml = containerdConfig(config);
    expect(toml.startsWith('version = 2\n')).toBe(true);
    expect(table(toml, 'grpc')).toEqual(['address = "/s/containerd.sock"']);
    expect(table(toml, cri)).toContain('sandbox_image = "example.org/pause:1"');
    expect(table(toml, cri)).toContain('restrict_oom_score_adj = false');
    expect(table(toml, `${cri}.cni`)).toEqual(['bin_dir = "/opt/cni/bin"', 'conf_dir = "/s/cni"']);
    expect(table(toml, `${cri}.containerd.runtimes.runc`)).toEqual(['runtime_type = "io.containerd.runc.v2"']);
  });

  it('passes on the cgroup driver and the OOM restriction', () => {
    const toml = containerdConfig({ ...config, cgroupDriver: 'systemd', restrictOomScoreAdj: true });
    expect(table(toml, `${cri}.containerd.runtimes.runc.options`)).toContain('SystemdCgroup = true');
    expect(table(toml, cri)).toContain('restrict_oom_score_adj = true');
  });

  it('names the binary of a further handler, which shares the cgroup driver', () => {
    const runtimes = { crun: { binary: '/usr/bin/crun' } };
    const toml = containerdConfig({ ...config, cgroupDriver: 'systemd', runtimes });
    const options = table(toml, `${cri}.containerd.runtimes.crun.options`);
    expect(options).toContain('BinaryName = "/usr/bin/crun"');
    expect(options).toContain('SystemdCgroup = true');
  });

  it('writes nothing outside its own folders', () => {
    const paths = [...containerdConfig(config).matchAll(/"(\/[^"]*)"/g)].map(([, path]) => path);
    expect(paths.filter((path) => !path?.startsWith('/s/'))).toEqual(['/opt/cni/bin']);
  });
});

describe('the TOML writer', () => {
  it('quotes what would break out of a string or a key', () => {
    expect(writeToml({ a: 'x"\n[evil]\\\u007f', 'b c': { d: ['"'] } })).toBe(
      'a = "x\\"\\n[evil]\\\\\\u007f"\n\n["b c"]\nd = ["\\""]\n',
    );
  });

  it('puts plain values before tables, whatever their order', () => {
    expect(writeToml({ t: { x: 1 }, a: true })).toBe('a = true\n\n[t]\nx = 1\n');
  });
});

describe('a bridge network', () => {
  it('has a bridge with addresses and host ports', () => {
    const list = bridgeConflist({ name: 'pods', bridge: 'skr0', subnet: '10.88.0.0/16', dataDir: '/s/leases' });
    expect(list).toMatchObject({ cniVersion: '1.0.0', name: 'pods' });
    expect(list.plugins).toMatchObject([
      { type: 'bridge', bridge: 'skr0', ipam: { ranges: [[{ subnet: '10.88.0.0/16' }]], dataDir: '/s/leases' } },
      { type: 'portmap', capabilities: { portMappings: true } },
    ]);
  });

  it.each([
    ['sixteen-letters-', '10.88.0.0/16'],
    ['a/b', '10.88.0.0/16'],
    ['skr0', '10.88.0.0'],
    ['skr0', '10.88.0.0/33'],
    ['skr0', 'fd00::/64'],
  ])('refuses the bridge %j with the subnet %j', (bridge, subnet) => {
    expect(() => bridgeConflist({ name: 'pods', bridge, subnet })).toThrow(/write it as|use up to/);
  });
});
