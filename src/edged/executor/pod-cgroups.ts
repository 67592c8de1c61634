import { constants } from 'node:fs';
import { access, mkdir, readdir, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EdgeError, type Log, pause } from '../../lib/index.js';
import { type CgroupDriver, podCgroup } from '../config/cgroup-name.js';
import { qosOf } from '../config/qos.js';
import { cpuQuota, cpuShares, podTotals } from '../config/resources.js';
import type { DesiredPod } from '../pod/desired-pod.js';

/** The cgroup directories of pods (facts kubelet-on-cri §5). Both may be repeated. */
export interface PodCgroups {
  ensure(desired: DesiredPod): Promise<void>;
  remove(desired: DesiredPod): Promise<void>;
}

/** Where the hierarchies are mounted: one folder (v2), or one per controller (v1). */
export type CgroupTree =
  | { readonly version: 2; readonly root: string }
  | { readonly version: 1; readonly controllers: Readonly<Record<string, string>> };

/** Finds the hierarchies of this machine. */
export async function findCgroupTree(mount = '/sys/fs/cgroup'): Promise<CgroupTree> {
  const exists = (path: string) =>
    access(path, constants.F_OK).then(
      () => true,
      () => false,
    );
  if (await exists(join(mount, 'cgroup.controllers'))) return { version: 2, root: mount };
  const found: Record<string, string> = {};
  // Runtimes use every hierarchy there is, an empty v2 one beside the others included: all are to be left clean.
  for (const name of await readdir(mount)) {
    if (await exists(join(mount, name, 'cgroup.procs'))) found[name] = join(mount, name);
  }
  return { version: 1, controllers: found };
}

/** With the systemd driver the runtime makes and removes the slice by its name; there is nothing to do here. */
export function createPodCgroups(deps: { driver: CgroupDriver; root: string; tree: CgroupTree; log: Log }): PodCgroups {
  const { driver, root, tree, log } = deps;
  const pathOf = (desired: DesiredPod) =>
    podCgroup(driver, root, qosOf(desired.spec, desired.pod.status?.qosClass), desired.uid);
  const folders = tree.version === 2 ? [tree.root] : [...new Set(Object.values(tree.controllers))];
  // The parents of pods stay: once made, only the pod's own folder is left to make.
  const parents = new Set<string>();
  return {
    async ensure(desired) {
      if (driver === 'systemd') return;
      const path = pathOf(desired);
      const made = parents.has(dirname(path)) && (await makeLeaves(folders, path));
      if (!made) await Promise.all(folders.map((folder) => makeBelow(folder, path, tree.version)));
      parents.add(dirname(path));
      await Promise.all(settings(desired, tree, path).map(([file, value]) => set(file, value, log)));
    },
    async remove(desired) {
      if (driver === 'systemd') return;
      await Promise.all(folders.map((folder) => removeEmpty(join(folder, pathOf(desired)))));
    },
  };
}

/** False when a parent is gone. */
async function makeLeaves(folders: readonly string[], path: string): Promise<boolean> {
  try {
    await Promise.all(folders.map((folder) => mkdir(join(folder, path)).catch(unlessThere)));
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function unlessThere(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error;
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);

/** On v2 each parent hands its controllers down before it gets children. */
async function makeBelow(root: string, path: string, version: 1 | 2): Promise<void> {
  let folder = root;
  for (const part of path.split('/').filter((name) => name !== '')) {
    if (version === 2) await writeFile(join(folder, 'cgroup.subtree_control'), '+cpu +memory +pids');
    folder = join(folder, part);
    await mkdir(folder, { recursive: true });
    if (root.endsWith('/cpuset')) await inheritCpus(folder);
  }
}

/** A v1 cpuset without cpus takes no process. */
async function inheritCpus(folder: string): Promise<void> {
  await writeFile(join(folder, 'cgroup.clone_children'), '1');
}

function settings({ spec }: DesiredPod, tree: CgroupTree, path: string): [string, string][] {
  const totals = podTotals(spec);
  const shares = cpuShares(totals.cpuRequest);
  const quota = cpuQuota(totals.cpuLimit);
  if (tree.version === 2) {
    const file = (name: string) => join(tree.root, path, name);
    const weight = 1n + ((shares - 2n) * 9999n) / 262_142n;
    return [
      [file('cpu.weight'), String(weight)],
      ...(quota > 0n ? [[file('cpu.max'), `${quota} 100000`] as [string, string]] : []),
      ...(totals.memoryLimit > 0n ? [[file('memory.max'), String(totals.memoryLimit)] as [string, string]] : []),
    ];
  }
  const { cpu, memory } = tree.controllers;
  return [
    ...(cpu ? [[join(cpu, path, 'cpu.shares'), String(shares)] as [string, string]] : []),
    ...(cpu && quota > 0n ? [[join(cpu, path, 'cpu.cfs_quota_us'), String(quota)] as [string, string]] : []),
    ...(memory && totals.memoryLimit > 0n
      ? [[join(memory, path, 'memory.limit_in_bytes'), String(totals.memoryLimit)] as [string, string]]
      : []),
  ];
}

/** A kernel may lack a knob (no bandwidth control): the pod runs without that limit, and the log says so. */
async function set(file: string, value: string, log: Log): Promise<void> {
  try {
    await writeFile(file, value);
  } catch (error) {
    log.warn({ err: error, file, value }, 'pod cgroup limit not set');
  }
}

/** Processes that were killed a moment ago may still hold their cgroup. */
async function removeEmpty(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT') return;
      if (code !== 'EBUSY' && code !== 'ENOTEMPTY') throw error;
      await pause(25);
    }
  }
  throw new EdgeError('conflict', `cgroup ${folder} is still in use`);
}
