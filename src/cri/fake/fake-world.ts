import { createHash } from 'node:crypto';
import { createAsyncQueue } from '../../lib/index.js';
import {
  type Container,
  type ContainerConfig,
  type ContainerFilter,
  ContainerState,
  type Image,
  type PodSandboxConfig,
  type PodSandboxFilter,
  PodSandboxState,
} from '../../proto/cri/v1/api.js';
import type { RuntimeEvent } from '../runtime.js';
import type { FakeProgram } from './fake-program.js';

export interface FakeSandbox {
  readonly id: string;
  readonly config: PodSandboxConfig;
  readonly handler: string;
  readonly createdAt: bigint;
  readonly ip: string;
  state: PodSandboxState;
}

export interface FakeContainer {
  readonly id: string;
  readonly sandboxId: string;
  readonly config: ContainerConfig;
  readonly logPath: string;
  readonly image: Image;
  readonly createdAt: bigint;
  program: FakeProgram | undefined;
  state: ContainerState;
  startedAt: bigint;
  finishedAt: bigint;
  exitCode: number;
  reason: string;
  message: string;
}

/** Everything the fake remembers, and who listens. */
export interface FakeWorld {
  readonly sandboxes: Map<string, FakeSandbox>;
  readonly containers: Map<string, FakeContainer>;
  readonly images: Map<string, Image>;
  nextId(): string;
  nextAddress(): string;
  tell(event: RuntimeEvent): void;
  events(signal: AbortSignal): AsyncIterable<RuntimeEvent>;
}

export function createFakeWorld(): FakeWorld {
  const listeners = new Set<(event: RuntimeEvent) => void>();
  let ids = 0;
  let addresses = 1;
  return {
    sandboxes: new Map(),
    containers: new Map(),
    images: new Map(),
    nextId: () => createHash('sha256').update(String(++ids)).digest('hex'),
    nextAddress: () => {
      addresses += 1;
      return `10.88.${addresses >> 8}.${addresses & 255}`;
    },
    tell: (event) => {
      for (const listener of listeners) listener(event);
    },
    async *events(signal) {
      const queue = createAsyncQueue<RuntimeEvent>(100_000);
      const listener = (event: RuntimeEvent) => queue.push(event);
      const stop = () => queue.close();
      listeners.add(listener);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      queue.push({ kind: 'gap' });
      try {
        yield* queue;
      } finally {
        listeners.delete(listener);
        signal.removeEventListener('abort', stop);
      }
    },
  };
}

const hasLabels = (labels: Record<string, string>, selector: Record<string, string> = {}) =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);

/** All parts of a filter must hold; ids may be given by their beginning (facts cri-v1-messages §5). */
export const sandboxMatches = (filter: PodSandboxFilter | undefined, sandbox: FakeSandbox) =>
  !filter ||
  (sandbox.id.startsWith(filter.id) &&
    (!filter.state || filter.state.state === sandbox.state) &&
    hasLabels(sandbox.config.labels, filter.labelSelector));

export const containerMatches = (filter: ContainerFilter | undefined, container: FakeContainer) =>
  !filter ||
  (container.id.startsWith(filter.id) &&
    container.sandboxId.startsWith(filter.podSandboxId) &&
    (!filter.state || filter.state.state === container.state) &&
    hasLabels(container.config.labels, filter.labelSelector));

export const isRunning = ({ state }: Pick<Container, 'state'>) => state === ContainerState.CONTAINER_RUNNING;
export const isReady = ({ state }: Pick<FakeSandbox, 'state'>) => state === PodSandboxState.SANDBOX_READY;
