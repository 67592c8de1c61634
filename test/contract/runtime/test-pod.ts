import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Runtime, RuntimeEvents } from '../../../src/cri/index.js';
import { ContainerConfig, ContainerState, type DeepPartial, PodSandboxConfig } from '../../../src/proto/cri/v1/api.js';

export interface OpenedRuntime {
  readonly runtime: Runtime & RuntimeEvents;
  /** A busybox image that is there. */
  readonly image: string;
  /** Where pods may keep their logs. */
  readonly logs: string;
}

/** Gives the runtime under test; the same one each time. */
export type OpenRuntime = () => OpenedRuntime;

/** Prints nothing, runs until it is stopped, and ends with code 0 then. */
export const untilStopped = ['/bin/sh', '-c', 'trap "exit 0" TERM; sleep 1000 & wait'];
export const shell = (script: string) => ['/bin/sh', '-c', script];

export interface TestPod extends AsyncDisposable {
  readonly id: string;
  readonly config: PodSandboxConfig;
  /** Creates a container. */
  create(command: readonly string[], parts?: DeepPartial<ContainerConfig>): Promise<string>;
  /** Creates and starts one. */
  start(command: readonly string[], parts?: DeepPartial<ContainerConfig>): Promise<string>;
}

/** Runs a sandbox with a name of its own that is removed at scope end. */
export async function testPod(
  { runtime, image, logs }: OpenedRuntime,
  parts: DeepPartial<PodSandboxConfig> = {},
  handler = '',
): Promise<TestPod> {
  const uid = randomUUID();
  const config = PodSandboxConfig.fromPartial({
    metadata: { name: 'pod', namespace: 'contract', uid },
    hostname: 'pod',
    logDirectory: join(logs, uid),
    linux: { securityContext: { namespaceOptions: {} } },
    ...parts,
  });
  const id = await runtime.runPodSandbox(config, handler);
  let count = 0;
  const create: TestPod['create'] = (command, more = {}) => {
    count += 1;
    const container = ContainerConfig.fromPartial({
      metadata: { name: `c${count}` },
      image: { image },
      command: [...command],
      logPath: `c${count}.log`,
      linux: { securityContext: { namespaceOptions: {} } },
      ...more,
    });
    return runtime.createContainer(id, container, config);
  };
  return {
    id,
    config,
    create,
    async start(command, more) {
      const container = await create(command, more);
      await runtime.startContainer(container);
      return container;
    },
    async [Symbol.asyncDispose]() {
      await runtime.stopPodSandbox(id);
      await runtime.removePodSandbox(id);
    },
  };
}

/** The status of a container once it has ended. */
export async function ended(runtime: Runtime, id: string) {
  await expect.poll(async () => (await runtime.containerStatus(id)).state, { timeout: 20_000 }).toBe(exited);
  return runtime.containerStatus(id);
}

const exited = ContainerState.CONTAINER_EXITED;
