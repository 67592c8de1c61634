import type { Runtime } from '../../cri/index.js';
import {
  type Container,
  ContainerState,
  type ContainerStatus,
  NamespaceMode,
  type PodSandbox,
  PodSandboxState,
  type PodSandboxStatus,
} from '../../proto/cri/v1/api.js';
import type { ObservedContainer, ObservedPod, ObservedSandbox } from '../planner/observed.js';
import { annotations, labels } from '../pod/well-known.js';
import { goneOr } from './gone-or.js';
import { terminationMessage } from './termination-message.js';

type ObserverRuntime = Pick<Runtime, 'listPodSandboxes' | 'listContainers' | 'podSandboxStatus' | 'containerStatus'>;

const milliseconds = (nanoseconds: bigint) => Number(nanoseconds / 1_000_000n);

const states: Record<number, ObservedContainer['state']> = {
  [ContainerState.CONTAINER_CREATED]: 'created',
  [ContainerState.CONTAINER_RUNNING]: 'running',
  [ContainerState.CONTAINER_EXITED]: 'exited',
};

export const observedState = (state: ContainerState) => states[state] ?? 'unknown';

export function observedSandbox(status: PodSandboxStatus): ObservedSandbox {
  const { network } = status;
  return {
    id: status.id,
    attempt: status.metadata?.attempt ?? 0,
    ready: status.state === PodSandboxState.SANDBOX_READY,
    createdAt: milliseconds(status.createdAt),
    hostNetwork: status.linux?.namespaces?.options?.network === NamespaceMode.NODE,
    ips: network ? [network.ip, ...network.additionalIps.map(({ ip }) => ip)].filter((ip) => ip !== '') : undefined,
  };
}

/** The status in the planner's terms; an ended container gets the message it left behind. */
export async function observedContainer(status: ContainerStatus, sandboxId: string): Promise<ObservedContainer> {
  return {
    id: status.id,
    sandboxId,
    name: status.metadata?.name ?? status.labels[labels.containerName] ?? '',
    attempt: status.metadata?.attempt ?? 0,
    state: observedState(status.state),
    createdAt: milliseconds(status.createdAt),
    startedAt: milliseconds(status.startedAt),
    finishedAt: milliseconds(status.finishedAt),
    exitCode: status.exitCode,
    reason: status.reason,
    message: await terminationMessage(status),
    image: status.image?.image ?? '',
    imageRef: status.imageRef,
    hash: status.annotations[annotations.containerHash] ?? '',
    logPath: status.logPath,
  };
}

const podFilter = (uid: string) => ({ id: '', state: undefined, labelSelector: { [labels.podUid]: uid } });

/** Everything the runtime holds of one pod. */
export async function observePod(runtime: ObserverRuntime, uid: string, signal?: AbortSignal): Promise<ObservedPod> {
  const options = signal ? { signal } : {};
  const [sandboxes, containers] = await Promise.all([
    runtime.listPodSandboxes(podFilter(uid), options),
    runtime.listContainers({ ...podFilter(uid), podSandboxId: '' }, options),
  ]);
  return observeListed(runtime, sandboxes, containers, signal);
}

/** The details of listed objects. */
export async function observeListed(
  runtime: ObserverRuntime,
  sandboxes: readonly PodSandbox[],
  containers: readonly Container[],
  signal?: AbortSignal,
): Promise<ObservedPod> {
  const options = signal ? { signal } : {};
  const [sandboxDetails, containerDetails] = await Promise.all([
    Promise.all(
      sandboxes.map(async ({ id }) => {
        const status = await goneOr(runtime.podSandboxStatus(id, options));
        return status ? [observedSandbox(status)] : [];
      }),
    ),
    Promise.all(
      containers.map(async ({ id, podSandboxId }) => {
        const status = await goneOr(runtime.containerStatus(id, options));
        return status ? [await observedContainer(status, podSandboxId)] : [];
      }),
    ),
  ]);
  return { sandboxes: sandboxDetails.flat(), containers: containerDetails.flat() };
}
