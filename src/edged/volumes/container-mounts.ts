import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Container } from '../../kube/index.js';
import { EdgeError } from '../../lib/index.js';
import { Mount, MountPropagation } from '../../proto/cri/v1/api.js';
import { etcHosts } from '../config/etc-hosts.js';
import { expand } from '../config/expand.js';
import { podHostname } from '../config/hostname.js';
import type { ObservedPod } from '../planner/observed.js';
import type { DesiredPod } from '../pod/desired-pod.js';
import { podFolder, subPathTarget } from './pod-paths.js';
import type { PodVolumes } from './pod-volumes.js';
import { bindSubPath } from './sub-path.js';

export interface MountsInput {
  readonly context: {
    readonly task: { readonly desired: DesiredPod; readonly observed: ObservedPod };
    readonly volumes: PodVolumes;
    readonly config: { readonly clusterDomain: string };
  };
  readonly container: Container;
  readonly env: ReadonlyMap<string, string>;
}

/** A container's mounts: volumes in order, then hosts file, then termination log (facts kubelet-on-cri §4.3). */
export async function containerMounts(input: MountsInput): Promise<Mount[]> {
  const { container } = input;
  const mounts: Mount[] = [];
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    mounts.push(await volumeMount(input, mount, index));
  }
  const taken = (path: string) => mounts.some(({ containerPath }) => containerPath === path);
  if (!taken('/etc/hosts')) mounts.push(...(await hostsMount(input)));
  const messagePath = container.terminationMessagePath ?? '';
  if (messagePath !== '' && !taken(messagePath)) mounts.push(await terminationMount(input, messagePath));
  return mounts;
}

type VolumeMount = NonNullable<Container['volumeMounts']>[number];

async function volumeMount(
  { context, container, env }: MountsInput,
  mount: VolumeMount,
  index: number,
): Promise<Mount> {
  const { volumes, task } = context;
  const { desired } = task;
  const volume = volumes.path(desired, mount.name);
  const subPath = mount.subPathExpr ? expand(mount.subPathExpr, env, missing) : (mount.subPath ?? '');
  const target = subPathTarget(volumes.root, desired.uid, mount.name, container.name, index);
  if (subPath !== '') await bindSubPath(volumes.mounter, volume, subPath, target);
  const readOnlyBelow = mount.recursiveReadOnly ?? 'Disabled';
  if (readOnlyBelow === 'Enabled') {
    throw new EdgeError('unsupported', `recursiveReadOnly Enabled of volume mount ${mount.name} is not supported`);
  }
  return Mount.fromPartial({
    containerPath: mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`,
    hostPath: subPath === '' ? volume : target,
    readonly: mount.readOnly === true || isPublished(desired, mount.name),
    propagation: propagationOf(mount.mountPropagation, container),
  });
}

/** Volumes whose content is the API's are read-only whatever the mount says: a write would be lost at the next update. */
function isPublished({ spec }: DesiredPod, name: string): boolean {
  const volume = spec.volumes?.find((candidate) => candidate.name === name);
  return Boolean(volume?.configMap ?? volume?.secret ?? volume?.downwardAPI ?? volume?.projected);
}

function missing(name: string): never {
  throw new EdgeError('invalid', `subPathExpr refers to $(${name}), which is not set`);
}

function propagationOf(propagation: string | undefined, container: Container): MountPropagation {
  if (propagation === 'HostToContainer') return MountPropagation.PROPAGATION_HOST_TO_CONTAINER;
  if (propagation !== 'Bidirectional') return MountPropagation.PROPAGATION_PRIVATE;
  if (container.securityContext?.privileged !== true) {
    throw new EdgeError('invalid', 'mountPropagation Bidirectional needs a privileged container');
  }
  return MountPropagation.PROPAGATION_BIDIRECTIONAL;
}

async function hostsMount({ context }: MountsInput): Promise<Mount[]> {
  const { volumes, task, config } = context;
  const { desired } = task;
  const { podIps } = volumes.facts(desired, task.observed);
  const hostNetwork = desired.spec.hostNetwork === true;
  if (podIps.length === 0 && !hostNetwork) return [];
  const names = podHostname(desired.spec, desired, config.clusterDomain);
  const path = join(podFolder(volumes.root, desired.uid), 'etc-hosts');
  const nodeHosts = hostNetwork ? await readFile('/etc/hosts', 'utf8') : '';
  await writeFile(path, etcHosts(desired.spec, names, podIps, nodeHosts), { mode: 0o644 });
  return [Mount.fromPartial({ containerPath: '/etc/hosts', hostPath: path })];
}

async function terminationMount({ context, container }: MountsInput, containerPath: string): Promise<Mount> {
  const { volumes, task } = context;
  const folder = join(podFolder(volumes.root, task.desired.uid), 'containers', container.name);
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const hostPath = join(folder, randomBytes(4).toString('hex'));
  await writeFile(hostPath, '', { flag: 'wx' });
  // Any user of the container may write it, whatever the umask.
  await chmod(hostPath, 0o666);
  return Mount.fromPartial({ containerPath, hostPath });
}
