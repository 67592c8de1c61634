import type { PodStatus } from '../../kube/index.js';
import { childOf, type Log, messageOf } from '../../lib/index.js';
import { performStep } from '../executor/executor.js';
import { policies } from '../executor/failure.js';
import { observePod } from '../executor/observe.js';
import { type PodTask, retryLater } from '../executor/pod-task.js';
import type { ExecutorDeps, StepContext } from '../executor/step-context.js';
import { killGrace } from '../planner/grace.js';
import { freshMemory } from '../planner/memory.js';
import {
  nothingObserved,
  type ObservedContainer,
  type ObservedPod,
  type ObservedSandbox,
} from '../planner/observed.js';
import { planPod } from '../planner/plan.js';
import type { Step } from '../planner/step.js';
import type { DesiredPod } from '../pod/desired-pod.js';
import { createStatusReporter } from './status-reporter.js';

/** Serial care for one pod: one pass at a time, one more pending at most, the latest wish wins. */
export interface PodWorker {
  readonly desired: DesiredPod;
  readonly observed: ObservedPod;
  /** The status as told last. */
  readonly status: PodStatus;
  /** A newer wish. One that ends the pod, or ends it sooner, interrupts what is going on. */
  update(desired: DesiredPod): void;
  /** The runtime told about one of the pod's objects. */
  saw(found: { readonly sandbox?: ObservedSandbox; readonly container?: ObservedContainer }): void;
  gone(id: string): void;
  /** Look at the runtime again before the next pass; waits for the runtime to come back are over. */
  doubt(): void;
  /** An object the pod refers to has changed. */
  refresh(): void;
  /** Plan again: its time has come. */
  wake(): void;
  /** Settles when no pass is going on. */
  idle(): Promise<void>;
}

export interface WorkerDeps extends ExecutorDeps {
  /** Asks for `wake` at a time, undefined to forget the wish. */
  readonly wakeAt: (uid: string, at: number | undefined) => void;
  /** Keeps the ids of the pod's runtime objects, so that events find their way. */
  readonly index: (id: string, uid: string | undefined) => void;
  /** The pod is over and told; the worker may be dropped. */
  readonly done: (uid: string) => void;
  readonly signal: AbortSignal;
}

export function createPodWorker(deps: WorkerDeps, first: DesiredPod, seen: ObservedPod | undefined): PodWorker {
  const { runtime, now, signal, index } = deps;
  const log: Log = deps.log.child({ podUid: first.uid, pod: `${first.namespace}/${first.name}` });
  let desired = first;
  let observed = seen ?? nothingObserved;
  let memory = freshMemory;
  let stale = seen === undefined;
  let pending = false;
  let running: Promise<void> | undefined;
  let interrupt: (() => void) | undefined;
  for (const { id } of [...observed.sandboxes, ...observed.containers]) index(id, first.uid);

  const reporter = createStatusReporter(deps, first.pod.status ?? {});
  const report = () => reporter.report({ desired, observed, memory });
  const settleStatus = () => reporter.settle({ desired, observed, memory });

  const task: PodTask = {
    get desired() {
      return desired;
    },
    get observed() {
      return observed;
    },
    get memory() {
      return memory;
    },
    see({ sandbox, container }) {
      if (sandbox) observed = { ...observed, sandboxes: replaced(observed.sandboxes, sandbox) };
      if (container) observed = { ...observed, containers: replaced(observed.containers, container) };
      for (const item of [sandbox, container]) if (item) index(item.id, desired.uid);
      report();
    },
    lose(id) {
      observed = {
        sandboxes: observed.sandboxes.filter((item) => item.id !== id),
        containers: observed.containers.filter((item) => item.id !== id),
      };
      index(id, undefined);
    },
    doubt() {
      stale = true;
    },
    remember(change) {
      memory = change(memory);
    },
  };

  const attempt = async (step: Step, stop: AbortSignal) => {
    const context: StepContext = { ...deps, log, task, settleStatus };
    try {
      await performStep(context, step, stop);
    } catch (error) {
      stale = true;
      if (stop.aborted) return;
      retryLater(task, step, policies.repair, now());
      log.error({ err: error, step: step.kind }, `step failed: ${messageOf(error)}`);
    }
  };

  /** One look, one plan, its steps. True when there may be more to do at once. */
  const pass = async (stop: AbortSignal): Promise<boolean> => {
    if (stale) {
      const fresh = await observePod(runtime, desired.uid, stop);
      stale = false;
      for (const { id } of [...observed.sandboxes, ...observed.containers]) index(id, undefined);
      observed = fresh;
      for (const { id } of [...observed.sandboxes, ...observed.containers]) index(id, desired.uid);
    }
    const { steps, wakeAt } = planPod({ desired, observed, memory, now: now() });
    report();
    deps.wakeAt(desired.uid, steps.length > 0 ? undefined : wakeAt);
    await Promise.all(steps.map((step) => attempt(step, stop)));
    if (memory.finished) deps.done(desired.uid);
    return steps.length > 0 && !memory.finished;
  };

  const run = async () => {
    for (let more = true; (more || pending) && !signal.aborted; ) {
      pending = false;
      using stop = childOf(signal);
      interrupt = () => stop.abort(new Error('the pod is wanted differently'));
      try {
        more = await pass(stop.signal);
      } catch (error) {
        more = false;
        if (signal.aborted) break;
        if (stop.signal.aborted) continue;
        log.warn({ err: error }, `pod not synchronised: ${messageOf(error)}`);
        deps.wakeAt(desired.uid, now() + policies.repair.baseMs);
      }
    }
    interrupt = undefined;
    running = undefined;
  };

  const wake = () => {
    pending = true;
    running ??= run();
  };

  return {
    get desired() {
      return desired;
    },
    get observed() {
      return observed;
    },
    get status() {
      return reporter.last;
    },
    update(next) {
      const sooner =
        next.ending && (!desired.ending || killGrace(next) < killGrace(desired) || next.orphan !== desired.orphan);
      // A grace once granted can only shrink (facts kubelet-on-cri §2.3).
      const graceSeconds = Math.min(
        next.ending?.graceSeconds ?? 0,
        desired.ending?.graceSeconds ?? Number.POSITIVE_INFINITY,
      );
      desired = next.ending ? { ...next, ending: { ...next.ending, graceSeconds } } : next;
      if (sooner) interrupt?.();
      wake();
    },
    saw(found) {
      task.see(found);
      wake();
    },
    gone(id) {
      task.lose(id);
      wake();
    },
    doubt() {
      stale = true;
      memory = { ...memory, retries: new Map([...memory.retries].filter(([key]) => key.startsWith('pullImage'))) };
      wake();
    },
    refresh() {
      const waits = [...memory.retries].filter(
        ([key]) => !key.startsWith('prepare') && !key.startsWith('startContainer'),
      );
      memory = { ...memory, refreshAt: memory.prepared ? 0 : memory.refreshAt, retries: new Map(waits) };
      wake();
    },
    wake,
    idle: async () => {
      while (running) await running;
    },
  };
}

function replaced<T extends { id: string }>(items: readonly T[], item: T): readonly T[] {
  return [...items.filter(({ id }) => id !== item.id), item];
}
