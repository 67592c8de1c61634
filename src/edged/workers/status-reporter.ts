import { isDeepStrictEqual } from 'node:util';
import type { PodStatus } from '../../kube/index.js';
import type { ExecutorDeps } from '../executor/step-context.js';
import type { PodMemory } from '../planner/memory.js';
import type { ObservedPod } from '../planner/observed.js';
import type { DesiredPod } from '../pod/desired-pod.js';
import { podStatus } from '../status/pod-status.js';

// How long a step on the way waits for the next: a pod that starts at once is told about once.
const progressMs = 500;

export interface PodPicture {
  readonly desired: DesiredPod;
  readonly observed: ObservedPod;
  readonly memory: PodMemory;
}

/**
 * Tells one pod's status when it changes, the newest last: at once when its phase or a container's state
 * changes, a moment later when it is only on its way.
 */
export function createStatusReporter(
  deps: Pick<ExecutorDeps, 'sink' | 'node' | 'now' | 'log'> & { readonly signal: AbortSignal },
  initial: PodStatus,
) {
  const { sink, node, now, log, signal } = deps;
  let last = initial;
  let told: PodStatus | undefined;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> = Promise.resolve();

  const look = ({ desired, observed, memory }: PodPicture): boolean => {
    const { hostIps, runtimeName } = node;
    last = podStatus({ desired, observed, memory, previous: last, hostIps, runtimeName, now: now() });
    return told === undefined || !isDeepStrictEqual(last, told);
  };
  const tell = ({ uid, name, namespace }: DesiredPod): void => {
    clearTimeout(timer);
    timer = undefined;
    const status = last;
    told = status;
    const send = sink.podStatus({ uid, name, namespace }, status).catch((error: unknown) => {
      // Told again with the next pass.
      if (told === status) told = undefined;
      log.error({ err: error, podUid: uid }, 'pod status not stored');
    });
    sending = Promise.all([sending, send]).then(() => undefined);
  };

  return {
    /** The status as of the last report. */
    get last() {
      return last;
    },
    /** The pod looks like this now. */
    report(picture: PodPicture): void {
      const { desired } = picture;
      if (desired.orphan || !look(picture)) return;
      if (milestone(last) !== milestone(told ?? initial)) tell(desired);
      else timer ??= setTimeout(() => !signal.aborted && tell(desired), progressMs);
    },
    /** The same, and settles when the sink has it. */
    async settle(picture: PodPicture): Promise<void> {
      if (!picture.desired.orphan && look(picture)) tell(picture.desired);
      await sending;
    },
  };
}

/** What users wait for: the phase, and for each container which of its states it is in and whether it is ready. */
function milestone({ phase = 'Pending', initContainerStatuses = [], containerStatuses = [] }: PodStatus): string {
  const states = [...initContainerStatuses, ...containerStatuses]
    .filter(({ state }) => !state?.waiting)
    .map(({ name, ready, restartCount, state }) => [name, ready, restartCount, Object.keys(state ?? {})]);
  return JSON.stringify([phase, states]);
}
