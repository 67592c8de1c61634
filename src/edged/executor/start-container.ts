import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Container } from '../../kube/index.js';
import { hasCode, messageOf } from '../../lib/index.js';
import type { ContainerConfig, PodSandboxConfig } from '../../proto/cri/v1/api.js';
import { containerConfig } from '../config/container-config.js';
import { containerEnv } from '../config/env.js';
import { qosOf } from '../config/qos.js';
import { containerResources } from '../config/resources.js';
import { podLogFolder } from '../config/sandbox-config.js';
import { containerHash } from '../planner/container-hash.js';
import { afterRestart } from '../planner/crash-loop.js';
import { withEntry } from '../planner/memory.js';
import { instancesOf } from '../planner/observed.js';
import type { Step } from '../planner/step.js';
import { allContainers } from '../pod/desired-pod.js';
import { containerMounts } from '../volumes/container-mounts.js';
import { stepFailed } from './failure.js';
import { goneOr } from './gone-or.js';
import { containerOf } from './image-steps.js';
import { observedContainer } from './observe.js';
import { clearRetry, setWaiting } from './pod-task.js';
import { buildSandboxConfig } from './run-sandbox.js';
import type { StepContext } from './step-context.js';

/** Configuration, create, start (facts kubelet-on-cri §4.6); a failure names the stage it happened in. */
export async function startContainer(
  context: StepContext,
  step: Step<'startContainer'>,
  signal: AbortSignal,
): Promise<void> {
  const { task, runtime, recorder, starts } = context;
  const { desired } = task;
  const container = containerOf(desired, step.container);
  const fail = (reason: string, error: unknown) => {
    if (signal.aborted) throw error;
    const message = messageOf(error);
    const event = reason === 'CreateContainerConfigError' && hasCode(error, 'unavailable') ? 'FailedSync' : 'Failed';
    stepFailed(context, step, error, {
      event,
      message: `Error: ${message}`,
      container: container.name,
      waiting: { reason, message },
    });
  };

  let configured: { config: ContainerConfig; sandbox: PodSandboxConfig };
  try {
    configured = await configure(context, step, container, signal);
  } catch (error) {
    return fail('CreateContainerConfigError', error);
  }
  noteRestart(context, container);
  await starts(async () => {
    signal.throwIfAborted();
    let id: string;
    try {
      id = await runtime.createContainer(step.sandboxId, configured.config, configured.sandbox, { signal });
    } catch (error) {
      return fail('CreateContainerError', error);
    }
    recorder.pod(desired.pod, 'Normal', 'Created', 'Container created', container.name);
    try {
      await runtime.startContainer(id, { signal });
      recorder.pod(desired.pod, 'Normal', 'Started', 'Container started', container.name);
      setWaiting(task, container.name, undefined);
      clearRetry(task, step);
    } catch (error) {
      fail('RunContainerError', error);
    }
    const status = await goneOr(runtime.containerStatus(id, { signal }));
    if (status) task.see({ container: await observedContainer(status, step.sandboxId) });
  });
}

/** Everything the runtime is told about the container. Should the image be gone by now, the runtime says so and it is fetched again. */
async function configure(
  context: StepContext,
  step: Step<'startContainer'>,
  container: Container,
  signal: AbortSignal,
): Promise<{ config: ContainerConfig; sandbox: PodSandboxConfig }> {
  const { task, config, node, objects } = context;
  const { desired } = task;
  const { spec } = desired;
  const attemptOf = task.observed.sandboxes.find(({ id }) => id === step.sandboxId)?.attempt ?? 0;
  const sandbox = await buildSandboxConfig(context, attemptOf, false);
  task.remember((memory) => ({ ...memory, images: withEntry(memory.images, container.name, undefined) }));
  const env = await containerEnv({
    pod: { ...desired.pod, spec },
    container,
    objects,
    facts: context.volumes.facts(desired, task.observed),
    allocatable: node.allocatable,
    siblings: allContainers(spec),
    signal,
  });
  const logFolder = join(podLogFolder(config.podLogsDirectory, desired), container.name);
  await mkdir(logFolder, { recursive: true, mode: 0o755 });
  const pod = { qos: qosOf(spec, desired.pod.status?.qosClass), priorityClassName: spec.priorityClassName };
  const built = containerConfig(desired, {
    container,
    attempt: step.attempt ?? (await nextAttempt(logFolder)),
    image: step.image,
    env,
    mounts: await containerMounts({ context, container, env }),
    resources: containerResources(container, pod, node),
    seccompRoot: join(config.rootDirectory, 'seccomp'),
  });
  return { config: built, sandbox };
}

/** Without a former instance the log files tell how often the container ran (facts kubelet-on-cri §2.5). */
async function nextAttempt(logFolder: string): Promise<number> {
  const numbers = (await readdir(logFolder)).flatMap((name) => /^(\d+)\.log(\..*)?$/.exec(name)?.[1] ?? []);
  return numbers.length === 0 ? 0 : Math.max(...numbers.map(Number)) + 1;
}

/** Counts a start against the crash-loop back-off when the container ran before. */
function noteRestart({ task, now }: StepContext, container: Container): void {
  const ended = instancesOf(task.observed, container.name).find(({ state }) => state === 'exited');
  if (!ended) return;
  const hash = containerHash(container);
  task.remember((memory) => {
    const entry = afterRestart(memory.crashes.get(container.name), hash, ended.finishedAt, now());
    return { ...memory, crashes: withEntry(memory.crashes, container.name, entry) };
  });
}
