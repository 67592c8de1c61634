import type { Container, ContainerStatus, PodStatus } from '../../kube/index.js';
import { qosOf } from '../config/qos.js';
import { hasEnded } from '../planner/ended.js';
import type { PodMemory, WaitingReason } from '../planner/memory.js';
import { isAlive, newestFirst, type ObservedPod } from '../planner/observed.js';
import type { DesiredPod } from '../pod/desired-pod.js';
import { podConditions } from './conditions.js';
import { containerStatus, timestamp } from './container-status.js';
import { podPhase } from './phase.js';

export interface PodStatusInput {
  readonly desired: DesiredPod;
  readonly observed: ObservedPod;
  readonly memory: PodMemory;
  /** The status told before, from the API or from this edged. */
  readonly previous: PodStatus;
  readonly hostIps: readonly string[];
  readonly runtimeName: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What is told about a pod (facts kubelet-on-cri §2.10 to §2.13). A terminal phase waits until nothing runs. */
export function podStatus(input: PodStatusInput): PodStatus {
  const { desired, observed, memory, previous, hostIps } = input;
  const [sandbox] = newestFirst(observed.sandboxes);
  const { spec } = desired;
  const init = (spec.initContainers ?? []).map((container) => statusOf(input, container, true));
  const regular = spec.containers
    .map((container) => statusOf(input, container, false))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const deleting = desired.ending?.remove === true;
  const alive = observed.containers.some(isAlive);
  const over = !alive && (desired.ending !== undefined || hasEnded(desired, observed, memory));
  const phase = terminalPhase(previous) ?? podPhase({ policy: desired.restartPolicy, init, regular, terminal: over });
  const held = alive && (phase === 'Succeeded' || phase === 'Failed') && !terminalPhase(previous);
  const told = held ? 'Running' : phase;
  const final = over ? regular.map((status) => accountFor(status, deleting)) : regular;
  const hostNetwork = spec.hostNetwork === true;
  const podIps = sandbox?.ready
    ? hostNetwork
      ? hostIps
      : (sandbox.ips ?? [])
    : (previous.podIPs ?? []).flatMap(({ ip }) => ip ?? []);
  const now = timestamp(input.now);
  const sandboxReady = sandbox?.ready === true && (hostNetwork || (sandbox.ips?.length ?? 0) > 0);
  return {
    phase: told,
    ...(previous.reason && terminalPhase(previous) ? { reason: previous.reason, message: previous.message ?? '' } : {}),
    conditions: podConditions({
      pod: desired.pod,
      phase: held ? phase : told,
      init,
      regular: final,
      sandboxReady,
      previous: previous.conditions ?? [],
      now,
    }),
    startTime: previous.startTime ?? now,
    ...(hostIps[0] ? { hostIP: hostIps[0], hostIPs: hostIps.map((ip) => ({ ip })) } : {}),
    ...(podIps[0] ? { podIP: podIps[0], podIPs: podIps.map((ip) => ({ ip })) } : {}),
    qosClass: qosOf(spec, previous.qosClass),
    ...(init.length > 0 ? { initContainerStatuses: init } : {}),
    containerStatuses: final,
  };
}

function statusOf(input: PodStatusInput, container: Container, init: boolean): ContainerStatus {
  const { desired, observed, memory, previous } = input;
  const told = (init ? previous.initContainerStatuses : previous.containerStatuses) ?? [];
  const status = containerStatus({
    container,
    observed,
    previous: told.find(({ name }) => name === container.name),
    waiting: desired.ending ? undefined : (refusal(desired) ?? memory.waiting.get(container.name)),
    hasInit: (desired.spec.initContainers?.length ?? 0) > 0,
    deleting: desired.ending?.remove === true,
    runtimeName: input.runtimeName,
    init,
  });
  if (!init || status.state?.terminated) return status;
  const later = desired.spec.containers.some(({ name }) => observed.containers.some((item) => item.name === name));
  // The runtime may have forgotten an init container that must have succeeded, or its successors would not be there.
  return later ? { ...status, ready: true, state: { terminated: { exitCode: 0, reason: 'Completed' } } } : status;
}

function refusal(desired: DesiredPod): WaitingReason | undefined {
  if (desired.unsupported.length === 0) return undefined;
  return {
    reason: 'CreateContainerConfigError',
    message: `not supported on this node: ${desired.unsupported.join(', ')}`,
  };
}

const terminalPhase = ({ phase }: PodStatus) => (phase === 'Succeeded' || phase === 'Failed' ? phase : undefined);

/** At the end of a pod a container without a known end gets one (facts kubelet-on-cri §2.13 TerminatePod). */
function accountFor(status: ContainerStatus, deleting: boolean): ContainerStatus {
  if (status.state?.terminated) return status;
  const known = status.lastState?.terminated;
  const terminated = known ?? {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: `The container could not be located when the pod was ${deleting ? 'deleted' : 'terminated'}`,
  };
  return { ...status, ready: false, started: false, state: { terminated }, lastState: {} };
}
