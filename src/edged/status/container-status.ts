import type { Container, ContainerStatus } from '../../kube/index.js';
import type { WaitingReason } from '../planner/memory.js';
import { instancesOf, type ObservedContainer, type ObservedPod } from '../planner/observed.js';

export interface ContainerStatusInput {
  readonly container: Container;
  readonly observed: ObservedPod;
  /** The status told before, from the API or from this edged. */
  readonly previous: ContainerStatus | undefined;
  /** Why the container is not started (again), when it is to be. */
  readonly waiting: WaitingReason | undefined;
  readonly hasInit: boolean;
  readonly deleting: boolean;
  readonly runtimeName: string;
  readonly init: boolean;
}

type State = NonNullable<ContainerStatus['state']>;

/** RFC 3339 in whole seconds, as statuses carry times. */
export const timestamp = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');

/** What is told about one container (facts kubelet-on-cri §2.10). */
export function containerStatus(input: ContainerStatusInput): ContainerStatus {
  const [newest, second] = instancesOf(input.observed, input.container.name);
  if (newest === undefined) return withoutInstance(input);
  const { previous, container } = input;
  const current = stateOf(newest, input.runtimeName);
  const earlier =
    second && second.state === 'exited'
      ? stateOf(second, input.runtimeName)
      : previousEnd(previous, newest.id, input.runtimeName);
  const replaced = current.terminated !== undefined && input.waiting !== undefined;
  const state: State = replaced ? { waiting: { ...input.waiting } } : current;
  const lastState = replaced ? current : earlier;
  const running = state.running !== undefined;
  return {
    name: container.name,
    state,
    lastState: lastState ?? {},
    ready: input.init ? current.terminated?.exitCode === 0 : running,
    restartCount: newest.attempt,
    image: newest.image || (container.image ?? ''),
    imageID: newest.imageRef,
    containerID: `${input.runtimeName}://${newest.id}`,
    started: running,
  };
}

function stateOf(container: ObservedContainer, runtimeName: string): State {
  switch (container.state) {
    case 'created':
      return { waiting: {} };
    case 'running':
      return { running: { startedAt: timestamp(container.startedAt) } };
    default:
      return {
        terminated: {
          exitCode: container.exitCode,
          reason: container.reason || (container.exitCode === 0 ? 'Completed' : 'Error'),
          ...(container.message ? { message: container.message } : {}),
          startedAt: timestamp(container.startedAt),
          finishedAt: timestamp(container.finishedAt),
          containerID: `${runtimeName}://${container.id}`,
        },
      };
  }
}

/** The end of the instance before the newest, when only the former status still knows it. */
function previousEnd(previous: ContainerStatus | undefined, id: string, runtimeName: string): State | undefined {
  if (previous === undefined) return undefined;
  const of = `${runtimeName}://${id}`;
  const ended = previous.state?.terminated;
  if (ended && ended.containerID !== of) return { terminated: ended };
  const last = previous.lastState?.terminated;
  return last && last.containerID !== of ? { terminated: last } : undefined;
}

/** The runtime holds nothing: what was told stands, a container that ran is accounted for. */
function withoutInstance(input: ContainerStatusInput): ContainerStatus {
  const { container, previous, hasInit, deleting } = input;
  const idle = { reason: hasInit && !input.init ? 'PodInitializing' : 'ContainerCreating' };
  const base: ContainerStatus = {
    name: container.name,
    state: { waiting: { ...(input.waiting ?? idle) } },
    lastState: previous?.lastState ?? {},
    ready: false,
    restartCount: previous?.restartCount ?? 0,
    image: container.image ?? '',
    imageID: '',
    started: false,
  };
  if (previous?.state?.terminated) return { ...previous, ready: input.init && previous.ready, started: false };
  if (!previous?.state?.running) return base;
  const lost = {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was deleted.  The container used to be Running',
  };
  return {
    ...base,
    lastState: { terminated: lost },
    restartCount: base.restartCount + (deleting ? 0 : 1),
    imageID: previous.imageID,
  };
}
