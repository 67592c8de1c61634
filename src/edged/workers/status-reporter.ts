import { isDeepStrictEqual } from 'node:util';
import type { PodStatus } from '../../kube/index.js';
import type { ExecutorDeps } from '../executor/executor.js';
import type { PodMemory } from '../planner/memory.js';
import type { ObservedPod } from '../planner/observed.js';
import type { DesiredPod } from '../pod/desired-pod.js';
import { podStatus } from '../status/pod-status.js';

/** Tells one pod's status when it changes, the newest last. */
export function createStatusReporter(
  { sink, node, now, log }: Pick<ExecutorDeps, 'sink' | 'node' | 'now' | 'log'>,
  initial: PodStatus,
) {
  let last = initial;
  let told: PodStatus | undefined;
  let sending: Promise<void> = Promise.resolve();

  return {
    /** The status as told last. */
    get last() {
      return last;
    },
    /** Settles when the status as of now is safe with the sink. */
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
      const status = podStatus({
        desired,
        observed,
        memory,
        previous: last,
        hostIps: node.hostIps,
        runtimeName: node.runtimeName,
        now: now(),
      });
      last = status;
      if (told !== undefined && isDeepStrictEqual(status, told)) return sending;
      told = status;
      const { uid, name, namespace } = desired;
      const send = sink.podStatus({ uid, name, namespace }, status).catch((error: unknown) => {
        // Told again with the next pass.
        if (told === status) told = undefined;
        log.error({ err: error, podUid: uid }, 'pod status not stored');
      });
      sending = Promise.all([sending, send]).then(() => undefined);
      return sending;
    },
  };
}
