import type { Container } from '../../kube/index.js';
import type { DesiredPod } from '../pod/desired-pod.js';
import { containerHash } from './container-hash.js';
import { restartAt } from './crash-loop.js';
import type { PodMemory } from './memory.js';
import { instancesOf, isAlive, type ObservedContainer, type ObservedPod } from './observed.js';
import { initPolicy, mayRestart, type RestartPolicy } from './restart-policy.js';

export type ContainerDecision =
  | { readonly kind: 'leave' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'stop'; readonly container: ObservedContainer; readonly reason: string }
  | { readonly kind: 'remove'; readonly container: ObservedContainer }
  | { readonly kind: 'start'; readonly attempt: number | undefined; readonly notBefore: number };

interface Situation {
  readonly instances: readonly ObservedContainer[];
  readonly policy: RestartPolicy;
  readonly memory: PodMemory;
}

/** What one container of the pod needs, from its instances newest first (facts kubelet-on-cri §2.5, §2.6). */
export function decideContainer(container: Container, { instances, policy, memory }: Situation): ContainerDecision {
  const [newest, ...older] = instances;
  const twin = older.find(isAlive);
  if (twin) return { kind: 'stop', container: twin, reason: `Container ${container.name} runs more than once` };
  if (newest === undefined) return { kind: 'start', attempt: undefined, notBefore: 0 };
  const hash = containerHash(container);
  const changed = newest.hash !== '' && newest.hash !== hash;
  switch (newest.state) {
    case 'created':
      return { kind: 'remove', container: newest };
    case 'unknown':
      return { kind: 'stop', container: newest, reason: `Container ${container.name} is in an unknown state` };
    case 'running':
      if (!changed) return { kind: 'leave' };
      return {
        kind: 'stop',
        container: newest,
        reason: `Container ${container.name} definition changed, will be restarted`,
      };
    case 'exited': {
      if (!changed && !mayRestart(policy, newest)) return { kind: newest.exitCode === 0 ? 'done' : 'failed' };
      const notBefore = restartAt(memory.crashes.get(container.name), hash, newest.finishedAt);
      return { kind: 'start', attempt: newest.attempt + 1, notBefore };
    }
  }
}

/** The decision for a regular container, whichever sandbox its instances ran in. */
export function decideRegular(desired: DesiredPod, observed: ObservedPod, memory: PodMemory, container: Container) {
  const instances = instancesOf(observed, container.name);
  return decideContainer(container, { instances, policy: desired.restartPolicy, memory });
}

/**
 * The first init container that still has something to do, undefined when all are done. A new
 * sandbox runs them all again, so only what ran in this one counts; once a regular container
 * exists in it they are done for good.
 */
export function decideInit(desired: DesiredPod, observed: ObservedPod, memory: PodMemory, sandboxId: string) {
  const here = { ...observed, containers: observed.containers.filter((item) => item.sandboxId === sandboxId) };
  const init = desired.spec.initContainers ?? [];
  if (desired.spec.containers.some(({ name }) => instancesOf(here, name).length > 0)) return strayInit(here, init);
  for (const container of init) {
    const instances = instancesOf(here, container.name);
    const decision = decideContainer(container, { instances, policy: initPolicy(desired.restartPolicy), memory });
    if (decision.kind === 'done') continue;
    // The number of a container goes up over sandboxes: its log file must not be used twice.
    const attempt = instancesOf(observed, container.name)[0]?.attempt;
    const numbered =
      decision.kind === 'start' && decision.attempt === undefined && attempt !== undefined
        ? { ...decision, attempt: attempt + 1 }
        : decision;
    return { container, decision: numbered };
  }
  return undefined;
}

/** An init container that is, or may be, alive beside regular ones: it ends before any of them is started. */
function strayInit(here: ObservedPod, init: readonly Container[]) {
  for (const container of init) {
    const alive = instancesOf(here, container.name).find(isAlive);
    if (!alive) continue;
    const reason = `Container ${container.name} outlived the start of its pod`;
    return { container, decision: { kind: 'stop', container: alive, reason } as const };
  }
  return undefined;
}
