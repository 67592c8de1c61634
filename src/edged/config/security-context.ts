import type { Container, Pod } from '../../kube/index.js';
import { EdgeError } from '../../lib/index.js';
import {
  type Image,
  LinuxContainerSecurityContext,
  NamespaceMode,
  SecurityProfile_ProfileType as ProfileType,
  SecurityProfile,
  SupplementalGroupsPolicy,
} from '../../proto/cri/v1/api.js';

const maskedPaths = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

type PodSpec = NonNullable<Pod['spec']>;
type Profile = { type: string; localhostProfile?: string };

/** Namespaces of a pod's sandbox and containers (facts kubelet-on-cri §3). */
export function namespaceOptions(spec: PodSpec) {
  const shared = spec.shareProcessNamespace === true ? NamespaceMode.POD : NamespaceMode.CONTAINER;
  return {
    network: spec.hostNetwork === true ? NamespaceMode.NODE : NamespaceMode.POD,
    ipc: spec.hostIPC === true ? NamespaceMode.NODE : NamespaceMode.POD,
    pid: spec.hostPID === true ? NamespaceMode.NODE : shared,
  };
}

export const int64 = (value: number | undefined) => (value === undefined ? undefined : { value: BigInt(value) });

/** The pod's extra groups: fsGroup first, then the listed ones. */
export function supplementalGroups(spec: PodSpec): bigint[] {
  const { fsGroup, supplementalGroups: listed = [] } = spec.securityContext ?? {};
  return [...(fsGroup === undefined ? [] : [fsGroup]), ...listed].map(BigInt);
}

export function groupsPolicy(spec: PodSpec): SupplementalGroupsPolicy {
  const context = spec.securityContext as { supplementalGroupsPolicy?: string } | undefined;
  return context?.supplementalGroupsPolicy === 'Strict'
    ? SupplementalGroupsPolicy.Strict
    : SupplementalGroupsPolicy.Merge;
}

/**
 * A container's security context; its own fields win over the pod's (facts kubelet-on-cri §4.5).
 * Throws `invalid` when the container may not run as the user it would run as.
 */
export function containerSecurity(
  pod: Pod,
  container: Container,
  image: Pick<Image, 'uid' | 'username'>,
  seccompRoot: string,
): LinuxContainerSecurityContext {
  const spec = pod.spec as PodSpec;
  const own = container.securityContext ?? {};
  const shared = spec.securityContext ?? {};
  const privileged = own.privileged === true;
  const runAsUser = own.runAsUser ?? shared.runAsUser;
  if (own.runAsNonRoot ?? shared.runAsNonRoot) refuseRoot(runAsUser, image);
  const selinux = own.seLinuxOptions ?? shared.seLinuxOptions;
  const apparmor = own.appArmorProfile ?? annotatedAppArmor(pod, container.name) ?? shared.appArmorProfile;
  const user = userOf(runAsUser, image);
  const open = privileged || own.procMount === 'Unmasked';
  return LinuxContainerSecurityContext.fromPartial({
    privileged,
    namespaceOptions: namespaceOptions(spec),
    ...(own.capabilities
      ? { capabilities: { addCapabilities: own.capabilities.add ?? [], dropCapabilities: own.capabilities.drop ?? [] } }
      : {}),
    ...(selinux ? { selinuxOptions: selinux } : {}),
    ...user,
    runAsGroup: int64(own.runAsGroup ?? shared.runAsGroup),
    readonlyRootfs: own.readOnlyRootFilesystem === true,
    supplementalGroups: supplementalGroups(spec),
    supplementalGroupsPolicy: groupsPolicy(spec),
    noNewPrivs: own.allowPrivilegeEscalation === false,
    maskedPaths: open ? [] : maskedPaths,
    readonlyPaths: open ? [] : readonlyPaths,
    seccomp: seccompProfile(own.seccompProfile ?? shared.seccompProfile, seccompRoot),
    ...(apparmor ? { apparmor: profileOf(apparmor, (name) => name), apparmorProfile: apparmorText(apparmor) } : {}),
  });
}

function userOf(runAsUser: number | undefined, image: Pick<Image, 'uid' | 'username'>) {
  if (runAsUser !== undefined) return { runAsUser: int64(runAsUser) };
  if (image.uid) return { runAsUser: image.uid };
  return { runAsUsername: image.username };
}

function refuseRoot(runAsUser: number | undefined, image: Pick<Image, 'uid' | 'username'>): void {
  if (runAsUser === 0) throw new EdgeError('invalid', "container's runAsUser breaks non-root policy");
  if (runAsUser !== undefined) return;
  if (image.uid?.value === 0n || (!image.uid && image.username === '')) {
    throw new EdgeError('invalid', 'container has runAsNonRoot and image will run as root');
  }
  if (!image.uid) {
    const text = `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root`;
    throw new EdgeError('invalid', text);
  }
}

function seccompProfile(profile: Profile | undefined, root: string) {
  return profileOf(profile ?? { type: 'Unconfined' }, (name) => `${root}/${name}`);
}

function profileOf(profile: Profile, localhost: (name: string) => string): SecurityProfile {
  switch (profile.type) {
    case 'RuntimeDefault':
      return SecurityProfile.fromPartial({ profileType: ProfileType.RuntimeDefault });
    case 'Localhost':
      return SecurityProfile.fromPartial({
        profileType: ProfileType.Localhost,
        localhostRef: localhost(profile.localhostProfile ?? ''),
      });
    default:
      return SecurityProfile.fromPartial({ profileType: ProfileType.Unconfined });
  }
}

function annotatedAppArmor(pod: Pod, container: string): Profile | undefined {
  const text = pod.metadata?.annotations?.[`container.apparmor.security.beta.kubernetes.io/${container}`];
  if (text === 'runtime/default') return { type: 'RuntimeDefault' };
  if (text === 'unconfined') return { type: 'Unconfined' };
  return text?.startsWith('localhost/') ? { type: 'Localhost', localhostProfile: text.slice(10) } : undefined;
}

const apparmorText = (profile: Profile) =>
  ({ RuntimeDefault: 'runtime/default', Localhost: `localhost/${profile.localhostProfile ?? ''}` })[profile.type] ??
  'unconfined';
