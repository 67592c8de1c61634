import type { ObservedContainer } from './observed.js';

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

/** Whether an ended container is to run again (facts kubelet-on-cri §2.6). */
export function mayRestart(policy: RestartPolicy, container: Pick<ObservedContainer, 'exitCode'>): boolean {
  return policy === 'Always' || (policy === 'OnFailure' && container.exitCode !== 0);
}

/** For an init container Always means until it succeeds. */
export const initPolicy = (policy: RestartPolicy): RestartPolicy => (policy === 'Always' ? 'OnFailure' : policy);
