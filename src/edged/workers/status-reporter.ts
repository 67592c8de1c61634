import { isDeepStrictEqual } from 'node:util';
import type { PodStatus } from '../../kube/index.js';
import type { ExecutorDeps } from '../executor/step-context.js';
import type { PodMemory } from '../planner/memory.js';
import type { ObservedPod } from '../planner/observed.js';
import type { DesiredPod } from '../pod/desired-pod.js';
import { podStatus } from '../status/pod-status.js';

// How long a step on the way waits for the next: a pod that starts at once is told about once.
const progressMs = 100;

/**
 * Tells one pod's status when it changes, the newest last: at once when its phase or a container's state
 * changes or the pod is ending, a moment later when it is only on its way.
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

  const tell = ({ uid, name, namespace }: DesiredPod): Promise<void> => {
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
    return sending;
  };

  return {
    /** The status as of the last report. */
    get last() {
      return last;
    },
    /** Settles when what had to be told at once is safe with the sink; all of it, when the pod is ending. */
    report({
      desired,
      observed,
      memory,
    }: {
      desired: DesiredPod;
      observed: ObservedPod;
      memory: PodMemory;
    }): Promise<void> {
      if (desired.orphan) return Promise.resolve();
      last = podStatus({
        desired,
        observed,
        memory,
        previous: last,
        hostIps: node.hostIps,
        runtimeName: node.runtimeName,
        now: now(),
      });
      if (told !== undefined && isDeepStrictEqual(last, told)) return sending;
      if (desired.ending || milestone(last) !== milestone(told ?? initial)) return tell(desired);
      timer ??= setTimeout(() => {
        timer = undefined;
        if (!signal.aborted) void tell(desired);
      }, progressMs);
      return sending;
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
