import type { DesiredPod } from '../../pod/desired-pod.js';
import { containerHash } from '../container-hash.js';
import { freshMemory, type PodMemory, withEntry } from '../memory.js';
import { isAlive, type ObservedContainer, type ObservedPod } from '../observed.js';
import type { Step } from '../step.js';

const fetched = { id: 'hello:v1', uid: undefined, username: '' };

/** A runtime and a node as far as plans can tell, strict about what may not happen. */
export interface Model {
  readonly desired: DesiredPod;
  readonly performed: readonly Step[];
  observed: ObservedPod;
  memory: PodMemory;
  now: number;
  perform(step: Step): void;
  /** Running init containers come to their end; false when none runs. */
  initEnds(): boolean;
}

/** @param options.initExit the exit code of every init container that is started */
export function createModel(desired: DesiredPod, observed: ObservedPod, options: { initExit: number }): Model {
  const performed: Step[] = [];
  let created = 0;
  const init = new Set(desired.spec.initContainers?.map(({ name }) => name));
  const model: Model = {
    desired,
    performed,
    observed,
    memory: freshMemory,
    now: 1_000_000,
    perform(step) {
      performed.push(step);
      model.now += 1;
      act(step);
    },
    initEnds() {
      const running = model.observed.containers.filter(({ name, state }) => init.has(name) && state === 'running');
      for (const { id } of running) change(id, { state: 'exited', exitCode: options.initExit, finishedAt: model.now });
      return running.length > 0;
    },
  };

  const change = (id: string, to: Partial<ObservedContainer>) => {
    const containers = model.observed.containers.map((item) => (item.id === id ? { ...item, ...to } : item));
    model.observed = { ...model.observed, containers };
  };

  const start = (step: Step<'startContainer'>) => {
    const { sandboxes, containers } = model.observed;
    if (containers.some((item) => item.name === step.container && isAlive(item)))
      throw new Error(`${step.container} started twice`);
    if (!sandboxes.some(({ id, ready }) => id === step.sandboxId && ready))
      throw new Error('started in a sandbox that is not ready');
    if (!model.memory.prepared || !model.memory.images.has(step.container))
      throw new Error('started without volumes or image');
    if (!init.has(step.container) && containers.some((item) => init.has(item.name) && isAlive(item))) {
      throw new Error('started beside an init container');
    }
    created += 1;
    const isInit = init.has(step.container);
    const container: ObservedContainer = {
      id: `new${created}`,
      sandboxId: step.sandboxId,
      name: step.container,
      attempt: step.attempt ?? 0,
      state: isInit ? 'exited' : 'running',
      createdAt: model.now,
      startedAt: model.now,
      finishedAt: isInit ? model.now : 0,
      exitCode: isInit ? options.initExit : 0,
      reason: '',
      message: '',
      image: step.image.id,
      imageRef: step.image.id,
      hash: containerHash({ name: step.container, image: step.image.id }),
      logPath: '',
    };
    model.observed = { sandboxes, containers: [...containers, container] };
    model.memory = { ...model.memory, images: withEntry(model.memory.images, step.container, undefined) };
  };

  const act = (step: Step): void => {
    const { sandboxes, containers } = model.observed;
    switch (step.kind) {
      case 'prepare':
        model.memory = { ...model.memory, prepared: true };
        return;
      case 'pullImage':
        model.memory = { ...model.memory, images: withEntry(model.memory.images, step.container, fetched) };
        return;
      case 'announceBackOff':
        return;
      case 'startContainer':
        start(step);
        return;
      case 'stopContainer':
        change(step.id, { state: 'exited', exitCode: 137, finishedAt: model.now });
        return;
      case 'removeContainer':
        if (containers.some((item) => item.id === step.id && isAlive(item))) throw new Error('removed while it runs');
        model.observed = { sandboxes, containers: containers.filter(({ id }) => id !== step.id) };
        return;
      case 'runSandbox': {
        if (sandboxes.some(({ ready, attempt }) => ready || attempt === step.attempt))
          throw new Error('a second sandbox');
        created += 1;
        const hostNetwork = desired.spec.hostNetwork === true;
        const { attempt } = step;
        const sandbox = {
          id: `sb${created}`,
          attempt,
          ready: true,
          createdAt: model.now,
          hostNetwork,
          ips: ['10.0.0.9'],
        };
        model.observed = { sandboxes: [...sandboxes, sandbox], containers };
        return;
      }
      case 'stopSandbox':
        if (containers.some((item) => item.sandboxId === step.id && isAlive(item)))
          throw new Error('stopped under a container');
        model.observed = {
          sandboxes: sandboxes.map((item) => (item.id === step.id ? { ...item, ready: false } : item)),
          containers,
        };
        return;
      case 'removeSandbox':
        model.observed = {
          sandboxes: sandboxes.filter(({ id }) => id !== step.id),
          containers: containers.filter(({ sandboxId }) => sandboxId !== step.id),
        };
        return;
      case 'release':
        model.memory = { ...model.memory, prepared: false, released: true };
        return;
      case 'finish':
        if (model.memory.finished || sandboxes.length + containers.length > 0)
          throw new Error('finished too early or twice');
        model.memory = { ...model.memory, finished: true };
        return;
    }
  };
  return model;
}
