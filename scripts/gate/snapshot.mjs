// What tests could leave on the machine, as sets of lines that can be compared.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Folders outside the project that skerry, containerd, CNI and kubectl could write to. */
const watchedFolders = [
  '/etc/cni/net.d',
  '/etc/containerd',
  '/etc/kubeedge',
  '/run/containerd',
  '/run/containerd/s',
  '/var/lib/cni',
  '/var/lib/cni/networks',
  '/var/lib/cni/results',
  '/var/lib/containerd',
  '/var/lib/edged',
  '/var/lib/kubeedge',
  '/var/lib/kubelet',
  '/var/lib/skerry',
  '/var/log/containers',
  '/var/log/kubeedge',
  '/var/log/pods',
  homedir(),
  join(homedir(), '.kube'),
];

/** `marker` is the value of SKERRY_GATE that processes of this run carry in their environment. */
export function takeSnapshot(marker) {
  return {
    process: processes(marker),
    'network namespace': names('/run/netns'),
    'network interface': names('/sys/class/net'),
    mount: mounts(),
    cgroup: cgroups(),
    'iptables rule': iptables(),
    file: new Set(watchedFolders.flatMap((folder) => [...names(folder)].map((name) => join(folder, name)))),
  };
}

/** One line per thing that `after` has and `before` has not. */
export function differences(before, after) {
  return Object.keys(after).flatMap((what) =>
    [...after[what]].filter((entry) => !before[what].has(entry)).map((entry) => `${what} ${entry}`),
  );
}

function names(folder) {
  return new Set(existsSync(folder) ? readdirSync(folder) : []);
}

/** Processes started by this run (shims inherit the marker), and those in the cgroup of a pod. */
function processes(marker) {
  const found = new Set();
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    const read = (name) => {
      try {
        return readFileSync(`/proc/${pid}/${name}`, 'utf8');
      } catch {
        // It ended meanwhile: it is not left behind.
        return '';
      }
    };
    const ours = read('environ').split('\0').includes(`SKERRY_GATE=${marker}`);
    if (ours || /kubepods|\/k8s\.io\//.test(read('cgroup'))) {
      found.add(`${pid} (${read('cmdline').replaceAll('\0', ' ').trim().slice(0, 120)})`);
    }
  }
  return found;
}

function mounts() {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n');
  return new Set(lines.map((line) => line.split(' ')[4]));
}

/** Every cgroup folder, of all version 1 controllers or of the one version 2 tree. */
function cgroups() {
  const found = new Set();
  const visit = (folder, depth) => {
    if (depth > 8) return;
    let entries;
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      if (error.code === 'ENOENT' || error.code === 'ENODEV') return;
      throw error;
    }
    for (const entry of entries) {
      if (!entry.isDirectory()) continue;
      found.add(join(folder, entry.name));
      visit(join(folder, entry.name), depth + 1);
    }
  };
  visit('/sys/fs/cgroup', 0);
  return found;
}

/** Rules and chains without their counters; CNI plugins add some per pod and per host port. */
function iptables() {
  const { status, stdout, error } = spawnSync('iptables-save', [], { encoding: 'utf8' });
  if (error || status !== 0) throw new Error('iptables-save failed: what tests leave there cannot be told.');
  const lines = stdout.split('\n').filter((line) => /^[:-]/.test(line));
  return new Set(lines.map((line) => line.replace(/ \[\d+:\d+\]$/, '')));
}
