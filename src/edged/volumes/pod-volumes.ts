import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Volume } from '../../kube/index.js';
import { EdgeError, messageOf } from '../../lib/index.js';
import type { RuntimeFacts } from '../config/field-ref.js';
import { units } from '../config/resources.js';
import type { NodeFacts } from '../node/node-facts.js';
import { newestFirst, type ObservedPod } from '../planner/observed.js';
import type { DesiredPod } from '../pod/desired-pod.js';
import type { ObjectReader } from '../ports.js';
import { writePayload } from './atomic-writer.js';
import { giveToGroup } from './fs-group.js';
import { checkHostPath } from './host-path.js';
import type { Mounter } from './mounter.js';
import { volumePayload } from './payload.js';
import { podFolder, volumeFolder } from './pod-paths.js';

/** The volumes of pods on this node. Mounting and unmounting may be repeated. */
export interface PodVolumes {
  /** Mounts all volumes or writes them anew; says when their content ages. Throws naming the volume that failed. */
  mount(desired: DesiredPod, observed: ObservedPod, signal: AbortSignal): Promise<{ refreshAt: number | undefined }>;
  /** The host path of a mounted volume. Throws `unsupported` or `not-found`. */
  path(desired: DesiredPod, name: string): string;
  /** Unmounts everything of a pod and removes its folder. */
  unmount(uid: string): Promise<void>;
  /** What references to fields may see. */
  facts(desired: DesiredPod, observed: ObservedPod): RuntimeFacts;
  /** The pods that left folders behind. */
  leftovers(): Promise<string[]>;
  readonly root: string;
  readonly mounter: Mounter;
}

export function createPodVolumes(deps: {
  root: string;
  nodeName: string;
  node: NodeFacts;
  objects: ObjectReader;
  mounter: Mounter;
  now: () => number;
}): PodVolumes {
  const { root, nodeName, node, objects, mounter, now } = deps;

  const facts = ({ spec }: DesiredPod, observed: ObservedPod): RuntimeFacts => {
    const sandbox = newestFirst(observed.sandboxes)[0];
    return { nodeName, hostIps: node.hostIps, podIps: spec.hostNetwork === true ? node.hostIps : (sandbox?.ips ?? []) };
  };

  const path = (desired: DesiredPod, name: string) => {
    const volume = desired.spec.volumes?.find((item) => item.name === name);
    if (!volume) throw new EdgeError('not-found', `volume ${name} is mounted but not defined in the pod`);
    return volume.hostPath ? volume.hostPath.path : volumeFolder(root, desired.uid, pluginOf(volume), name);
  };

  const mountOne = async (desired: DesiredPod, observed: ObservedPod, volume: Volume, signal: AbortSignal) => {
    if (volume.hostPath) {
      await checkHostPath(volume.hostPath.path, volume.hostPath.type);
      return undefined;
    }
    const folder = path(desired, volume.name);
    const gid = desired.spec.securityContext?.fsGroup;
    const pod = { ...desired.pod, spec: desired.spec };
    const payload = await volumePayload(volume, {
      pod,
      objects,
      facts: facts(desired, observed),
      allocatable: node.allocatable,
      now: now(),
      signal,
    });
    // Content first: a missing object leaves no mount behind.
    await mkdir(folder, { recursive: true, mode: 0o777 });
    const medium = volume.emptyDir ? (volume.emptyDir.medium ?? '') : volume.configMap ? '' : 'Memory';
    const mounted = (await mounter.below(folder)).includes(folder);
    if (medium === 'Memory' && !mounted) await mounter.tmpfs(folder, tmpfsSize(volume, node));
    // mkdir is subject to the umask, and a fresh tmpfs has its own mode.
    await chmod(folder, 0o777);
    if (payload) await writePayload(folder, payload.files, new Date(now()), gid);
    else if (gid !== undefined) await giveToGroup(folder, gid, false);
    return payload?.refreshAt;
  };

  return {
    root,
    mounter,
    facts,
    path,
    async mount(desired, observed, signal) {
      await mkdir(podFolder(root, desired.uid), { recursive: true, mode: 0o750 });
      const dueAt = await Promise.all(
        (desired.spec.volumes ?? []).map(async (volume) => {
          try {
            return await mountOne(desired, observed, volume, signal);
          } catch (error) {
            const code = error instanceof EdgeError ? error.code : 'internal';
            throw new EdgeError(code, `MountVolume.SetUp failed for volume "${volume.name}" : ${messageOf(error)}`, {
              cause: error,
            });
          }
        }),
      );
      const times = dueAt.filter((at) => at !== undefined);
      return { refreshAt: times.length > 0 ? Math.min(...times) : undefined };
    },
    async unmount(uid) {
      const folder = podFolder(root, uid);
      for (const point of await mounter.below(folder)) await mounter.unmount(point);
      const left = await mounter.below(folder);
      // Removing through a mount would delete what it shows.
      if (left.length > 0) throw new EdgeError('conflict', `${left[0]} is still mounted`);
      await rm(folder, { recursive: true, force: true });
    },
    async leftovers() {
      const folder = join(root, 'pods');
      await mkdir(folder, { recursive: true, mode: 0o750 });
      return readdir(folder);
    },
  };
}

const kinds = {
  emptyDir: 'empty-dir',
  configMap: 'configmap',
  secret: 'secret',
  downwardAPI: 'downward-api',
  projected: 'projected',
} as const;

function pluginOf(volume: Volume): string {
  // A volume without a kind is an empty folder (facts kubernetes-api §9).
  const fields = Object.keys(volume).filter((field) => field !== 'name');
  const kind = fields[0] ?? 'emptyDir';
  if (!(kind in kinds)) throw new EdgeError('unsupported', `volumes of kind ${kind} are not supported`);
  const medium = volume.emptyDir?.medium ?? '';
  if (medium !== '' && medium !== 'Memory') {
    throw new EdgeError('unsupported', `emptyDir medium ${JSON.stringify(medium)} is not supported`);
  }
  return kinds[kind as keyof typeof kinds];
}

function tmpfsSize(volume: Volume, node: NodeFacts): bigint {
  const limit = volume.emptyDir?.sizeLimit ? units(volume.emptyDir.sizeLimit) : 0n;
  const most = node.memoryBytes;
  if (limit > 0n && limit < most) return limit;
  return volume.emptyDir ? most : 0n;
}
