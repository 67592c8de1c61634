import type { Container } from '../../kube/index.js';
import { EdgeError, hasCode, messageOf } from '../../lib/index.js';
import { withEntry } from '../planner/memory.js';
import type { Step } from '../planner/step.js';
import { allContainers, type DesiredPod } from '../pod/desired-pod.js';
import { policies, stepFailed } from './failure.js';
import { clearRetry, setWaiting } from './pod-task.js';
import type { StepContext } from './step-context.js';

/** The container of a step. Throws `not-found` when the pod changed meanwhile. */
export function containerOf(desired: DesiredPod, name: string): Container {
  const container = allContainers(desired.spec).find((item) => item.name === name);
  if (!container) throw new EdgeError('not-found', `pod ${desired.namespace}/${desired.name} has no container ${name}`);
  return container;
}

/** Makes sure a container's image is here, by its pull policy (facts kubelet-on-cri §4.7). */
export async function pullImage(context: StepContext, step: Step<'pullImage'>, signal: AbortSignal): Promise<void> {
  const { task, images } = context;
  const { desired } = task;
  const container = containerOf(desired, step.container);
  const result = await images.ensure({ desired, container, signal });
  if (result.kind === 'present') {
    const { id, uid, username } = result.image;
    const fetched = { id, uid, username };
    clearRetry(task, step);
    task.remember((memory) => ({ ...memory, images: withEntry(memory.images, container.name, fetched) }));
    return;
  }
  signal.throwIfAborted();
  const { reason, message, error, event } = result;
  stepFailed(context, step, error, {
    event,
    message,
    container: container.name,
    waiting: { reason, message: hasCode(error, 'invalid') ? messageOf(error) : message },
    policy: policies.pull,
  });
  if (reason === 'ErrImagePull') {
    context.recorder.pod(desired.pod, 'Warning', 'Failed', 'Error: ErrImagePull', container.name);
  }
}

/** Tells that a container waits for its back-off (facts kubelet-on-cri §2.7). */
export async function announceBackOff({ task, recorder }: StepContext, step: Step<'announceBackOff'>): Promise<void> {
  const { desired } = task;
  setWaiting(task, step.container, { reason: step.reason, message: step.message });
  const image = containerOf(desired, step.container).image ?? '';
  if (step.reason === 'ImagePullBackOff') {
    recorder.pod(desired.pod, 'Normal', 'BackOff', `Back-off pulling image "${image}"`, step.container);
  } else {
    const text = `Back-off restarting failed container ${step.container} in pod ${desired.name}`;
    recorder.pod(desired.pod, 'Warning', 'BackOff', text, step.container);
  }
}
