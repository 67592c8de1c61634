import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../lib/index.js';
import { desiredPod } from '../pod/desired-pod.js';
import { createPodCgroups, findCgroupTree } from './pod-cgroups.js';

let mount: string;
beforeEach(async () => {
  mount = await mkdtemp(join(tmpdir(), 'skerry-cgroup-'));
});
afterEach(() => rm(mount, { recursive: true, force: true }));

const limits = { cpu: '500m', memory: '64Mi' };
const pod = desiredPod({
  metadata: { uid: 'u1', name: 'p', namespace: 'n' },
  spec: { containers: [{ name: 'a', image: 'i', resources: { limits } }] },
});

describe('the cgroups of a pod', () => {
  it('are made on v1 in every hierarchy, with the limits where they belong', async () => {
    for (const name of ['cpu', 'memory', 'pids', 'unified']) {
      await mkdir(join(mount, name));
      await writeFile(join(mount, name, 'cgroup.procs'), '');
    }
    await mkdir(join(mount, 'not-a-hierarchy'));
    const tree = await findCgroupTree(mount);
    await createPodCgroups({ driver: 'cgroupfs', root: '/', tree, log: silentLog }).ensure(pod);
    const file = (name: string) => readFile(join(mount, name), 'utf8');
    expect(await file('cpu/kubepods/podu1/cpu.cfs_quota_us')).toBe('50000');
    expect(await file('cpu/kubepods/podu1/cpu.shares')).toBe('512');
    expect(await file('memory/kubepods/podu1/memory.limit_in_bytes')).toBe('67108864');
    expect(await readdir(join(mount, 'unified/kubepods'))).toEqual(['podu1']);
    expect(await readdir(join(mount, 'not-a-hierarchy'))).toEqual([]);
  });

  it('are made on v2 below parents that hand their controllers down', async () => {
    await writeFile(join(mount, 'cgroup.controllers'), 'cpu memory pids');
    const tree = await findCgroupTree(mount);
    await createPodCgroups({ driver: 'cgroupfs', root: '/', tree, log: silentLog }).ensure(pod);
    const file = (name: string) => readFile(join(mount, name), 'utf8');
    expect(await file('kubepods/cgroup.subtree_control')).toBe('+cpu +memory +pids');
    expect(await file('kubepods/podu1/cpu.max')).toBe('50000 100000');
    expect(await file('kubepods/podu1/memory.max')).toBe('67108864');
  });

  it("are the runtime's with the systemd driver, and gone is gone", async () => {
    await writeFile(join(mount, 'cgroup.controllers'), '');
    const tree = await findCgroupTree(mount);
    await createPodCgroups({ driver: 'systemd', root: '/', tree, log: silentLog }).ensure(pod);
    expect(await readdir(mount)).toEqual(['cgroup.controllers']);
    await createPodCgroups({ driver: 'cgroupfs', root: '/', tree, log: silentLog }).remove(pod);
  });
});
