import { mkdir } from 'node:fs/promises';
import { messageOf } from '../../lib/index.js';
import type { PodSandboxConfig } from '../../proto/cri/v1/api.js';
import { podCgroup } from '../config/cgroup-name.js';
import { podDns } from '../config/dns.js';
import { podHostname } from '../config/hostname.js';
import { qosOf } from '../config/qos.js';
import { podLogFolder, sandboxConfig } from '../config/sandbox-config.js';
import type { Step } from '../planner/step.js';
import { stepFailed } from './failure.js';
import { observedSandbox } from './observe.js';
import { clearRetry } from './pod-task.js';
import type { StepContext } from './step-context.js';

/** Starts the pod's sandbox (facts kubelet-on-cri §2.5 step 4). */
export async function runSandbox(context: StepContext, step: Step<'runSandbox'>, signal: AbortSignal): Promise<void> {
  const { task, runtime, recorder, cgroups, starts, config } = context;
  const { desired } = task;
  try {
    const [sandbox, handler] = await Promise.all([
      buildSandboxConfig(context, step.attempt, true),
      runtimeHandler(context, signal),
      mkdir(podLogFolder(config.podLogsDirectory, desired), { recursive: true, mode: 0o755 }),
      cgroups.ensure(desired),
    ]);
    if (step.attempt > 0) {
      recorder.pod(desired.pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
    }
    const status = await starts(async () => {
      signal.throwIfAborted();
      const id = await runtime.runPodSandbox(sandbox, handler, { signal });
      return runtime.podSandboxStatus(id, { signal });
    });
    task.see({ sandbox: observedSandbox(status) });
    clearRetry(task, step);
  } catch (error) {
    if (signal.aborted) throw error;
    const message = `Failed to create pod sandbox: ${messageOf(error)}`;
    stepFailed(context, step, error, { event: 'FailedCreatePodSandBox', message });
  }
}

/** The sandbox configuration of an attempt; the same again for the containers in it. */
export async function buildSandboxConfig(
  context: StepContext,
  attempt: number,
  warn: boolean,
): Promise<PodSandboxConfig> {
  const { task, config, recorder, node, hostResolver } = context;
  const { desired } = task;
  const { spec, namespace } = desired;
  const { clusterDns, clusterDomain, podLogsDirectory, nodeName } = config;
  const dns = podDns({ spec, namespace, clusterDns, clusterDomain, host: await hostResolver() });
  if (warn) for (const { reason, message } of dns.warnings) recorder.pod(desired.pod, 'Warning', reason, message);
  return sandboxConfig(desired, {
    attempt,
    nodeName,
    podLogsDirectory,
    hostname: podHostname(spec, desired, clusterDomain).hostname,
    dns: dns.config,
    cgroupParent: podCgroup(
      node.cgroupDriver,
      config.cgroupRoot ?? '/',
      qosOf(spec, desired.pod.status?.qosClass),
      desired.uid,
    ),
  });
}

async function runtimeHandler({ task, objects }: StepContext, signal: AbortSignal): Promise<string> {
  const name = task.desired.spec.runtimeClassName;
  return name ? (await objects.runtimeClass(name, signal)).handler : '';
}
