import { rm } from 'node:fs/promises';
import { messageOf } from '../../lib/index.js';
import { podLogFolder } from '../config/sandbox-config.js';
import type { Step } from '../planner/step.js';
import { stepFailed } from './failure.js';
import { clearRetry } from './pod-task.js';
import type { StepContext } from './step-context.js';

/** Mounts the pod's volumes (facts kubelet-on-cri §6). */
export async function prepare(context: StepContext, step: Step<'prepare'>, signal: AbortSignal): Promise<void> {
  const { task, volumes } = context;
  try {
    const { refreshAt } = await volumes.mount(task.desired, task.observed, signal);
    task.remember((memory) => ({ ...memory, prepared: true, refreshAt, released: false }));
    clearRetry(task, step);
  } catch (error) {
    if (signal.aborted) throw error;
    stepFailed(context, step, error, { event: 'FailedMount', message: messageOf(error) });
  }
}

/** Gives back what the node holds for the pod; logs go with the API object. */
export async function release(context: StepContext, step: Step<'release'>): Promise<void> {
  const { task, volumes, cgroups, config } = context;
  const { desired } = task;
  try {
    await volumes.unmount(desired.uid);
    await cgroups.remove(desired);
    if (desired.ending?.remove) {
      await rm(podLogFolder(config.podLogsDirectory, desired), { recursive: true, force: true });
    }
    task.remember((memory) => ({ ...memory, prepared: false, released: true }));
    clearRetry(task, step);
  } catch (error) {
    stepFailed(context, step, error, { event: 'FailedKillPod', message: `error cleaning up pod: ${messageOf(error)}` });
  }
}

/** The last status, then the end itself: in this order, so that whoever waits sees how the pod ended. */
export async function finish(context: StepContext, step: Step<'finish'>): Promise<void> {
  const { task, sink, settleStatus, log, config } = context;
  const { desired } = task;
  const { uid, name, namespace } = desired;
  try {
    // A pod that had ended before its deletion still has its logs.
    await rm(podLogFolder(config.podLogsDirectory, desired), { recursive: true, force: true });
    if (!desired.orphan) {
      await settleStatus();
      await sink.podGone({ uid, name, namespace });
    }
    task.remember((memory) => ({ ...memory, finished: true }));
    log.info('pod ended');
  } catch (error) {
    stepFailed(context, step, error, {
      event: 'FailedKillPod',
      message: `error reporting the end: ${messageOf(error)}`,
    });
  }
}
