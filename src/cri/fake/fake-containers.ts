import { join } from 'node:path';
import { EdgeError } from '../../lib/index.js';
import { ContainerState, ContainerStatus } from '../../proto/cri/v1/api.js';
import type { Runtime } from '../runtime.js';
import { findImage } from './fake-images.js';
import { criLogLines, type FakeLogs } from './fake-log.js';
import { fakeProgram, killedCode } from './fake-program.js';
import { containerMatches, type FakeContainer, type FakeWorld, isReady, isRunning } from './fake-world.js';

type ContainerVerbs = Pick<
  Runtime,
  | 'createContainer'
  | 'startContainer'
  | 'stopContainer'
  | 'removeContainer'
  | 'containerStatus'
  | 'listContainers'
  | 'updateContainerResources'
  | 'reopenContainerLog'
  | 'execSync'
>;

export interface ContainerDeps {
  readonly world: FakeWorld;
  readonly logs: FakeLogs;
  now(): bigint;
  /** Ends a running container; unknown or not running ids are `not-found` and `conflict`. */
  exit(id: string, exitCode: number, end?: { reason?: string; message?: string }): void;
}

export function fakeContainerVerbs({ world, logs, now, exit }: ContainerDeps): ContainerVerbs {
  const find = (id: string): FakeContainer => {
    const container = world.containers.get(id);
    if (!container) throw new EdgeError('not-found', `an error occurred when try to find container "${id}": not found`);
    return container;
  };
  const running = (id: string): FakeContainer => {
    const container = find(id);
    if (!isRunning(container)) throw new EdgeError('internal', `container "${id}" is not running`);
    return container;
  };
  const environment = ({ config }: FakeContainer) =>
    Object.fromEntries(config.envs.map(({ key, value }) => [key, Buffer.from(value).toString()]));

  return {
    async createContainer(sandboxId, config) {
      const sandbox = world.sandboxes.get(sandboxId);
      if (!sandbox) throw new EdgeError('not-found', `failed to find sandbox id "${sandboxId}": not found`);
      const image = findImage(world, config.image);
      if (!image) throw new EdgeError('not-found', `failed to resolve image "${config.image?.image}": not found`);
      const twin = [...world.containers.values()].find(
        (other) =>
          other.sandboxId === sandboxId &&
          other.config.metadata?.name === config.metadata?.name &&
          other.config.metadata?.attempt === config.metadata?.attempt,
      );
      if (twin) throw new EdgeError('internal', `failed to reserve container name: it is reserved for "${twin.id}"`);
      const id = world.nextId();
      const { logDirectory } = sandbox.config;
      world.containers.set(id, {
        id,
        sandboxId,
        config,
        image,
        logPath: logDirectory && config.logPath ? join(logDirectory, config.logPath) : '',
        createdAt: now(),
        program: undefined,
        state: ContainerState.CONTAINER_CREATED,
        startedAt: 0n,
        finishedAt: 0n,
        exitCode: 0,
        reason: '',
        message: '',
      });
      world.tell({ kind: 'created', id });
      return id;
    },

    async startContainer(id) {
      const container = find(id);
      if (container.state !== ContainerState.CONTAINER_CREATED) {
        throw new EdgeError('internal', `container "${id}" is not in created state`);
      }
      const sandbox = world.sandboxes.get(container.sandboxId);
      if (!sandbox || !isReady(sandbox)) {
        throw new EdgeError('internal', `sandbox container "${container.sandboxId}" is not running`);
      }
      const program = fakeProgram([...container.config.command, ...container.config.args], environment(container));
      Object.assign(container, { program, state: ContainerState.CONTAINER_RUNNING, startedAt: now() });
      if (container.logPath) {
        logs.open(container.logPath);
        logs.append(container.logPath, criLogLines(now(), 'stdout', program.stdout));
        logs.append(container.logPath, criLogLines(now(), 'stderr', program.stderr));
      }
      world.tell({ kind: 'started', id });
      const { exitCode } = program;
      // After the answer to this call, as a real process would at the earliest.
      if (exitCode !== undefined) {
        setImmediate(() => {
          if (isRunning(container)) exit(id, exitCode);
        });
      }
    },

    async stopContainer(id) {
      const container = world.containers.get(id);
      if (container && isRunning(container)) exit(id, container.program?.stopCode ?? killedCode);
    },

    async removeContainer(id) {
      const container = world.containers.get(id);
      if (!container) return;
      if (isRunning(container)) exit(id, killedCode);
      world.containers.delete(id);
      world.tell({ kind: 'deleted', id });
    },

    async containerStatus(id) {
      const { config, image, logPath, state, createdAt, startedAt, finishedAt, exitCode, reason, message } = find(id);
      return {
        ...ContainerStatus.fromPartial({}),
        ...{ id, state, createdAt, startedAt, finishedAt, exitCode, reason, message, logPath },
        metadata: config.metadata,
        image: config.image,
        imageRef: image.repoDigests[0] ?? image.id,
        imageId: image.id,
        labels: { ...config.labels },
        annotations: { ...config.annotations },
        mounts: [...config.mounts],
        resources: config.linux?.resources && { linux: config.linux.resources, windows: undefined },
      };
    },

    async listContainers(filter) {
      return [...world.containers.values()]
        .filter((container) => containerMatches(filter, container))
        .map(({ id, sandboxId, config, image, state, createdAt }) => ({
          id,
          podSandboxId: sandboxId,
          metadata: config.metadata,
          image: config.image,
          imageRef: image.id,
          imageId: image.id,
          state,
          createdAt,
          labels: { ...config.labels },
          annotations: { ...config.annotations },
        }));
    },

    async updateContainerResources(id, resources) {
      const container = find(id);
      if (container.config.linux) container.config.linux.resources = resources;
      else container.config.linux = { resources, securityContext: undefined };
    },

    async reopenContainerLog(id) {
      const { logPath } = running(id);
      if (logPath) logs.open(logPath);
    },

    async execSync(id, command, timeoutSeconds) {
      const program = fakeProgram(command, environment(running(id)));
      if (program.exitCode === undefined) {
        throw timeoutSeconds > 0
          ? new EdgeError('timeout', `failed to exec in container: timeout ${timeoutSeconds}s exceeded`)
          : new EdgeError('unsupported', 'the fake has no command that runs for ever under execSync without a timeout');
      }
      const { stdout, stderr, exitCode } = program;
      return { stdout: Buffer.from(stdout), stderr: Buffer.from(stderr), exitCode };
    },
  };
}
