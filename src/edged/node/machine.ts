import { readFile, statfs } from 'node:fs/promises';
import { arch, cpus, hostname, networkInterfaces, release, totalmem } from 'node:os';
import type { NodeStatus } from '../../kube/index.js';

/** What this machine is, as a Node object tells it (facts kubelet-on-cri §8.1). */
export interface Machine {
  readonly cpus: number;
  readonly memoryBytes: bigint;
  readonly diskBytes: bigint;
  readonly hostname: string;
  readonly info: Omit<
    NonNullable<NodeStatus['nodeInfo']>,
    'containerRuntimeVersion' | 'kubeletVersion' | 'kubeProxyVersion'
  >;
}

const architectures: Record<string, string> = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'arm',
  ia32: '386',
  ppc64: 'ppc64le',
  riscv64: 'riscv64',
  s390x: 's390x',
};

/** The CPU architecture by its name in container images. */
export const architecture = () => architectures[arch()] ?? arch();

/** @param folder on the filesystem that holds the pods' files: it must exist */
export async function readMachine(folder: string): Promise<Machine> {
  const disk = await statfs(folder, { bigint: true });
  const machineId = await firstLine('/etc/machine-id', '/var/lib/dbus/machine-id');
  return {
    cpus: cpus().length,
    memoryBytes: BigInt(totalmem()),
    diskBytes: disk.blocks * disk.bsize,
    hostname: hostname(),
    info: {
      machineID: machineId,
      systemUUID: (await firstLine('/sys/class/dmi/id/product_uuid')) || machineId,
      bootID: await firstLine('/proc/sys/kernel/random/boot_id'),
      kernelVersion: release(),
      osImage: osImage(await readFile('/etc/os-release', 'utf8').catch(() => '')),
      operatingSystem: 'linux',
      architecture: architecture(),
    },
  };
}

/** A machine without one of these files is still a node: the field stays empty. */
async function firstLine(...paths: string[]): Promise<string> {
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (text.trim() !== '') return text.trim();
  }
  return '';
}

const osImage = (text: string) => /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(text)?.[1] ?? 'Linux';

/** The address of the interface with the default route, else the first one that leaves the machine, else loopback. */
export async function findNodeIp(): Promise<string> {
  const routes = await readFile('/proc/net/route', 'utf8').catch(() => '');
  const byDefault = routes
    .split('\n')
    .map((line) => line.split('\t'))
    .find(([, destination]) => destination === '00000000')?.[0];
  const interfaces = networkInterfaces();
  const candidates = [...(interfaces[byDefault ?? ''] ?? []), ...Object.values(interfaces).flat()];
  return candidates.find((item) => item && item.family === 'IPv4' && !item.internal)?.address ?? '127.0.0.1';
}

/** Whether this process may lower OOM scores: bit 24 of the effective capabilities. */
export async function mayLowerOomScore(): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return (effective & (1n << 24n)) !== 0n;
}
