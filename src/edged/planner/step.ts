import type { FetchedImage } from './memory.js';

type StepArgs = {
  /** Mount the pod's volumes. */
  prepare: Record<never, never>;
  runSandbox: { attempt: number };
  /** Make sure the image of a container is here. */
  pullImage: { container: string };
  /** Create and start. Without `attempt` the log folder tells the number (facts kubelet-on-cri §2.5). */
  startContainer: { container: string; sandboxId: string; image: FetchedImage; attempt: number | undefined };
  stopContainer: { id: string; container: string; graceSeconds: number; reason: string };
  removeContainer: { id: string };
  /** Tell that a container waits for its back-off to pass. */
  announceBackOff: { container: string; reason: 'CrashLoopBackOff' | 'ImagePullBackOff'; message: string };
  stopSandbox: { id: string };
  removeSandbox: { id: string };
  /** Unmount volumes, remove directories and the pod's cgroup. */
  release: Record<never, never>;
  /** Tell that nothing of the pod is left. */
  finish: Record<never, never>;
};

type Kind = keyof StepArgs;

/** One action of a plan, as data. The steps of one plan do not depend on each other and run side by side. */
export type Step<K extends Kind = Kind> = { [P in K]: { readonly kind: P } & Readonly<StepArgs[P]> }[K];

/** What performs each kind of step for one pod. */
export type Doers<Context> = { [K in Kind]: (context: Context, step: Step<K>, signal: AbortSignal) => Promise<void> };

export function perform<Context, K extends Kind>(
  doers: Doers<Context>,
  context: Context,
  step: Step<K>,
  signal: AbortSignal,
): Promise<void> {
  return doers[step.kind](context, step, signal);
}

/** What a failure of this step is remembered by: equal for the same action in later plans. */
export function stepKey(step: Step): string {
  switch (step.kind) {
    case 'pullImage':
    case 'startContainer':
    case 'announceBackOff':
      return `${step.kind} ${step.container}`;
    case 'stopContainer':
    case 'removeContainer':
    case 'stopSandbox':
    case 'removeSandbox':
      return `${step.kind} ${step.id}`;
    default:
      return step.kind;
  }
}
