import type { ContainerStatus, Pod } from '../../kube/index.js';
import { ageOf } from './age.js';

interface Summary {
  /** The STATUS column of kubectl. */
  readonly status: string;
  /** `3 (5m ago)` */
  readonly restarts: string;
  readonly ready: string;
}

/** Facts kubernetes-api §8: what a pod is up to, in one word, from its containers' states. */
export function summarisePod(pod: Pod, now: Date): Summary {
  const containers = pod.spec?.containers ?? [];
  const statuses = pod.status?.containerStatuses ?? [];
  const running = statuses.filter((status) => status.ready && status.state?.running).length;
  const counted = [...statuses, ...sidecarStatuses(pod)];
  const sidecars = sidecarStatuses(pod);
  const readySidecars = sidecars.filter((status) => status.ready && status.state?.running).length;
  return {
    status: statusWord(pod),
    restarts: restartText(initialising(pod) ? (pod.status?.initContainerStatuses ?? []) : counted, now),
    ready: `${running + readySidecars}/${containers.length + sidecarNames(pod).size}`,
  };
}

function statusWord(pod: Pod): string {
  const { status } = pod;
  if (pod.metadata?.deletionTimestamp) return status?.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
  const init = initialising(pod);
  if (init) return init;
  const base = status?.reason || status?.phase || 'Pending';
  const gated = status?.conditions?.some(
    (condition) => condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated',
  );
  const word = containerWord(pod) ?? (gated ? 'SchedulingGated' : base);
  if (word !== 'Completed' || !status?.containerStatuses?.some((each) => each.ready && each.state?.running))
    return word;
  // One container ended and another runs on: the pod is not over.
  return status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ? 'Running' : 'NotReady';
}

/** The status of a pod whose init containers are not through: `Init:1/3`, `Init:ErrImagePull`. */
function initialising(pod: Pod): string | undefined {
  const total = pod.spec?.initContainers?.length ?? 0;
  const sidecars = sidecarNames(pod);
  for (const [index, container] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (sidecars.has(container.name) && (container as { started?: boolean }).started) continue;
    if (terminated) return `Init:${terminated.reason || exitText(terminated)}`;
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
    return `Init:${index}/${total}`;
  }
  return undefined;
}

/** The first container that waits or ended decides, as kubectl has always shown it. */
function containerWord(pod: Pod): string | undefined {
  for (const { state } of pod.status?.containerStatuses ?? []) {
    if (state?.waiting?.reason) return state.waiting.reason;
    if (state?.terminated) return state.terminated.reason || exitText(state.terminated);
  }
  return undefined;
}

function exitText(terminated: { signal?: number; exitCode: number }): string {
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`;
}

function sidecarNames(pod: Pod): Set<string> {
  const containers = (pod.spec?.initContainers ?? []) as { name: string; restartPolicy?: string }[];
  return new Set(containers.filter((each) => each.restartPolicy === 'Always').map((each) => each.name));
}

function sidecarStatuses(pod: Pod): ContainerStatus[] {
  const names = sidecarNames(pod);
  return (pod.status?.initContainerStatuses ?? []).filter((status) => names.has(status.name));
}

function restartText(statuses: readonly ContainerStatus[], now: Date): string {
  const count = statuses.reduce((sum, status) => sum + (status.restartCount ?? 0), 0);
  const finished = statuses.flatMap((status) => status.lastState?.terminated?.finishedAt ?? []).sort();
  const last = finished.at(-1);
  return count === 0 || last === undefined ? String(count) : `${count} (${ageOf(last, now)} ago)`;
}
