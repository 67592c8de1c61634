import { mkdirSync } from 'node:fs';
import { EdgeError } from '../../lib/index.js';
import { NamespaceMode, PodSandboxState } from '../../proto/cri/v1/api.js';
import type { Runtime } from '../runtime.js';
import { type FakeSandbox, type FakeWorld, isReady, isRunning, sandboxMatches } from './fake-world.js';

type SandboxVerbs = Pick<
  Runtime,
  'runPodSandbox' | 'stopPodSandbox' | 'removePodSandbox' | 'podSandboxStatus' | 'listPodSandboxes'
>;

export interface SandboxDeps {
  readonly world: FakeWorld;
  readonly handlers: readonly string[];
  readonly makeFolders: boolean;
  now(): bigint;
  /** Ends a running container as SIGKILL would. */
  kill(containerId: string): void;
}

export function fakeSandboxVerbs({ world, handlers, makeFolders, now, kill }: SandboxDeps): SandboxVerbs {
  const containersOf = (id: string) => [...world.containers.values()].filter(({ sandboxId }) => sandboxId === id);
  const stop = (sandbox: FakeSandbox) => {
    for (const container of containersOf(sandbox.id)) if (isRunning(container)) kill(container.id);
    if (!isReady(sandbox)) return;
    sandbox.state = PodSandboxState.SANDBOX_NOTREADY;
    world.tell({ kind: 'exited', id: sandbox.id });
  };

  return {
    async runPodSandbox(config, handler) {
      const { metadata } = config;
      if (!metadata) throw new EdgeError('invalid', 'the sandbox config has no metadata');
      if (!handlers.includes(handler)) {
        throw new EdgeError('internal', `failed to get sandbox runtime: no runtime for "${handler}" is configured`);
      }
      const name = ({ config: { metadata: m } }: Pick<FakeSandbox, 'config'>) =>
        `${m?.name}_${m?.namespace}_${m?.uid}_${m?.attempt}`;
      const taken = [...world.sandboxes.values()].find((other) => name(other) === name({ config }));
      if (taken) {
        throw new EdgeError(
          'internal',
          `failed to reserve sandbox name "${name(taken)}": it is reserved for "${taken.id}"`,
        );
      }
      if (makeFolders && config.logDirectory) mkdirSync(config.logDirectory, { recursive: true });
      const hostNetwork = config.linux?.securityContext?.namespaceOptions?.network === NamespaceMode.NODE;
      const id = world.nextId();
      world.sandboxes.set(id, {
        id,
        config,
        handler,
        createdAt: now(),
        ip: hostNetwork ? '' : world.nextAddress(),
        state: PodSandboxState.SANDBOX_READY,
      });
      world.tell({ kind: 'created', id });
      world.tell({ kind: 'started', id });
      return id;
    },

    async stopPodSandbox(id) {
      const sandbox = world.sandboxes.get(id);
      if (sandbox) stop(sandbox);
    },

    async removePodSandbox(id) {
      const sandbox = world.sandboxes.get(id);
      if (!sandbox) return;
      stop(sandbox);
      for (const container of containersOf(id)) {
        world.containers.delete(container.id);
        world.tell({ kind: 'deleted', id: container.id });
      }
      world.sandboxes.delete(id);
      world.tell({ kind: 'deleted', id });
    },

    async podSandboxStatus(id) {
      const sandbox = world.sandboxes.get(id);
      if (!sandbox) throw new EdgeError('not-found', `an error occurred when try to find sandbox "${id}": not found`);
      const { config } = sandbox;
      return {
        id,
        metadata: config.metadata,
        state: sandbox.state,
        createdAt: sandbox.createdAt,
        network: { ip: isReady(sandbox) ? sandbox.ip : '', additionalIps: [] },
        linux: { namespaces: { options: config.linux?.securityContext?.namespaceOptions } },
        labels: { ...config.labels },
        annotations: { ...config.annotations },
        runtimeHandler: sandbox.handler,
      };
    },

    async listPodSandboxes(filter) {
      return [...world.sandboxes.values()]
        .filter((sandbox) => sandboxMatches(filter, sandbox))
        .map(({ id, config, state, createdAt, handler }) => ({
          id,
          metadata: config.metadata,
          state,
          createdAt,
          labels: { ...config.labels },
          annotations: { ...config.annotations },
          runtimeHandler: handler,
        }));
    },
  };
}
