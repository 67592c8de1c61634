// The Debian packages skerry runs on, and the ones that are missing.
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { mustRun } from './run.mjs';

/** Debian keeps daemons in sbin folders, which a root shell started with `su` does not have on its PATH. */
const searchPath = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];

const requirements = [
  { name: 'containerd', why: 'runs the containers', present: () => hasProgram('containerd') },
  { name: 'runc', why: 'starts a container for containerd', present: () => hasProgram('runc') },
  {
    name: 'containernetworking-plugins',
    why: 'gives pods their network',
    present: () => ['/usr/lib/cni', '/opt/cni/bin'].some((folder) => existsSync(join(folder, 'bridge'))),
  },
  { name: 'iptables', why: 'lets pods reach the outside', present: () => hasProgram('iptables') },
  { name: 'iproute2', why: 'removes the pod bridge again', present: () => hasProgram('ip') },
  {
    name: 'busybox-static',
    why: 'is what the pause and hello images are made of without a registry',
    present: () => hasProgram('busybox'),
  },
  {
    name: 'ca-certificates',
    why: 'lets images be pulled',
    present: () => existsSync('/etc/ssl/certs/ca-certificates.crt'),
  },
  { name: 'kubernetes-client', why: 'brings kubectl', present: () => hasProgram('kubectl') },
];

const buildTools = [
  { name: 'make', why: 'builds better-sqlite3', present: () => hasProgram('make') },
  { name: 'g++', why: 'builds better-sqlite3', present: () => hasProgram('g++') },
  { name: 'python3', why: 'builds better-sqlite3', present: () => hasProgram('python3') },
];

export function missingPackages() {
  return requirements.filter((requirement) => !requirement.present());
}

export function missingBuildTools() {
  return buildTools.filter((requirement) => !requirement.present());
}

/** Says what and why, then installs. A system containerd that a package starts under systemd is left alone. */
export async function installPackages(missing, say) {
  if (missing.length === 0) return;
  for (const { name, why } of missing) say(`installing the Debian package ${name}: it ${why}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await mustRun('apt-get', ['update', '-qq'], { env });
  const names = missing.map(({ name }) => name);
  await mustRun('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env });
}

function hasProgram(name) {
  return searchPath.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
