import type { Container } from '../../kube/index.js';
import { ContainerConfig, type LinuxContainerResources, type Mount } from '../../proto/cri/v1/api.js';
import { containerHash } from '../planner/container-hash.js';
import type { FetchedImage } from '../planner/memory.js';
import type { DesiredPod } from '../pod/desired-pod.js';
import { annotations, labels } from '../pod/well-known.js';
import { expand } from './expand.js';
import { containerSecurity } from './security-context.js';

export interface ContainerInput {
  readonly container: Container;
  readonly attempt: number;
  readonly image: FetchedImage;
  readonly env: ReadonlyMap<string, string>;
  readonly mounts: readonly Mount[];
  readonly resources: LinuxContainerResources;
  readonly seccompRoot: string;
}

/** A container in CRI terms (facts kubelet-on-cri §4). Throws `invalid` when its user breaks runAsNonRoot. */
export function containerConfig(desired: DesiredPod, input: ContainerInput): ContainerConfig {
  const { container, env } = input;
  const { pod, spec, uid, name, namespace } = desired;
  return ContainerConfig.fromPartial({
    metadata: { name: container.name, attempt: input.attempt },
    image: { image: input.image.id, userSpecifiedImage: container.image ?? '' },
    command: (container.command ?? []).map((word) => expand(word, env)),
    args: (container.args ?? []).map((word) => expand(word, env)),
    workingDir: container.workingDir ?? '',
    envs: [...env].map(([key, value]) => ({ key, value: Buffer.from(value) })),
    mounts: [...input.mounts],
    labels: {
      [labels.podName]: name,
      [labels.podNamespace]: namespace,
      [labels.podUid]: uid,
      [labels.containerName]: container.name,
    },
    annotations: containerAnnotations(desired, container, input.attempt),
    logPath: containerLogPath(container.name, input.attempt),
    stdin: container.stdin === true,
    stdinOnce: container.stdinOnce === true,
    tty: container.tty === true,
    linux: {
      resources: input.resources,
      securityContext: containerSecurity({ ...pod, spec }, container, input.image, input.seccompRoot),
    },
  });
}

/** Below the pod's log folder. */
export const containerLogPath = (container: string, attempt: number) => `${container}/${attempt}.log`;

function containerAnnotations({ pod, spec }: DesiredPod, container: Container, attempt: number) {
  const { deletionGracePeriodSeconds } = pod.metadata ?? {};
  return {
    [annotations.containerHash]: containerHash(container),
    [annotations.restartCount]: String(attempt),
    [annotations.terminationMessagePath]: container.terminationMessagePath ?? '',
    [annotations.terminationMessagePolicy]: container.terminationMessagePolicy ?? '',
    [annotations.terminationGracePeriod]: String(spec.terminationGracePeriodSeconds ?? 30),
    ...(container.ports?.length ? { [annotations.containerPorts]: JSON.stringify(container.ports) } : {}),
    ...(deletionGracePeriodSeconds === undefined
      ? {}
      : { [annotations.deletionGracePeriod]: String(deletionGracePeriodSeconds) }),
  };
}
