import { messageOf } from '../../lib/index.js';
import type { Step } from '../planner/step.js';
import { stepFailed } from './failure.js';
import { goneOr } from './gone-or.js';
import { observedContainer, observedSandbox } from './observe.js';
import { clearRetry } from './pod-task.js';
import type { StepContext } from './step-context.js';

/** Stop signal, grace, SIGKILL (facts kubelet-on-cri §2.14); what is observed afterwards is what the runtime says. */
export async function stopContainer(
  context: StepContext,
  step: Step<'stopContainer'>,
  signal: AbortSignal,
): Promise<void> {
  const { task, runtime, recorder } = context;
  const { desired } = task;
  recorder.pod(desired.pod, 'Normal', 'Killing', step.reason, step.container);
  try {
    // Graces run side by side: not limited, or a burst of deletions would queue behind sleeping containers.
    await runtime.stopContainer(step.id, step.graceSeconds, { signal });
    await lookAgain(context, step.id, signal);
    clearRetry(task, step);
  } catch (error) {
    if (signal.aborted) throw error;
    const message = `error killing pod: failed to stop container ${step.container}: ${messageOf(error)}`;
    stepFailed(context, step, error, { event: 'FailedKillPod', message });
  }
}

async function lookAgain({ task, runtime }: StepContext, id: string, signal: AbortSignal): Promise<void> {
  const sandboxId = task.observed.containers.find((container) => container.id === id)?.sandboxId ?? '';
  const status = await goneOr(runtime.containerStatus(id, { signal }));
  if (status) task.see({ container: await observedContainer(status, sandboxId) });
  else task.lose(id);
}

/** Takes the network and the processes of a sandbox away. */
export async function stopSandbox(context: StepContext, step: Step<'stopSandbox'>, signal: AbortSignal): Promise<void> {
  const { task, runtime, stops } = context;
  try {
    await stops(() => runtime.stopPodSandbox(step.id, { signal }));
    const status = await goneOr(runtime.podSandboxStatus(step.id, { signal }));
    if (status) task.see({ sandbox: observedSandbox(status) });
    else task.lose(step.id);
    clearRetry(task, step);
  } catch (error) {
    if (signal.aborted) throw error;
    const message = `error killing pod: failed to stop sandbox ${step.id}: ${messageOf(error)}`;
    stepFailed(context, step, error, { event: 'FailedKillPod', message });
  }
}

export async function removeSandbox(
  context: StepContext,
  step: Step<'removeSandbox'>,
  signal: AbortSignal,
): Promise<void> {
  const { task, runtime, stops } = context;
  try {
    await stops(() => runtime.removePodSandbox(step.id, { signal }));
    for (const { id, sandboxId } of task.observed.containers) if (sandboxId === step.id) task.lose(id);
    task.lose(step.id);
    clearRetry(task, step);
  } catch (error) {
    if (signal.aborted) throw error;
    stepFailed(context, step, error, {
      event: 'FailedKillPod',
      message: `error removing sandbox: ${messageOf(error)}`,
    });
  }
}

export async function removeContainer(
  context: StepContext,
  step: Step<'removeContainer'>,
  signal: AbortSignal,
): Promise<void> {
  const { task, runtime } = context;
  try {
    await runtime.removeContainer(step.id, { signal });
    task.lose(step.id);
    clearRetry(task, step);
  } catch (error) {
    if (signal.aborted) throw error;
    stepFailed(context, step, error, {
      event: 'FailedKillPod',
      message: `error removing container: ${messageOf(error)}`,
    });
  }
}
