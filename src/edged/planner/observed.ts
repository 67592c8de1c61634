/** What the runtime holds of one pod. Times are milliseconds since the epoch, 0 when not yet. */
export interface ObservedPod {
  readonly sandboxes: readonly ObservedSandbox[];
  readonly containers: readonly ObservedContainer[];
}

export interface ObservedSandbox {
  readonly id: string;
  readonly attempt: number;
  readonly ready: boolean;
  readonly createdAt: number;
  readonly hostNetwork: boolean;
  /** Undefined when the runtime does not tell about the network at all. */
  readonly ips: readonly string[] | undefined;
}

export interface ObservedContainer {
  readonly id: string;
  readonly sandboxId: string;
  readonly name: string;
  readonly attempt: number;
  readonly state: 'created' | 'running' | 'exited' | 'unknown';
  readonly createdAt: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
  readonly image: string;
  readonly imageRef: string;
  /** The definition it was made from (facts kubelet-on-cri §2.5), empty when made by something else. */
  readonly hash: string;
  readonly logPath: string;
}

export const nothingObserved: ObservedPod = { sandboxes: [], containers: [] };

/** Sandboxes by attempt, then creation, newest first (facts kubelet-on-cri §2.5). */
export function newestFirst(sandboxes: readonly ObservedSandbox[]): ObservedSandbox[] {
  return [...sandboxes].sort((a, b) => b.attempt - a.attempt || b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
}

/** The containers of one name, newest first. */
export function instancesOf(observed: ObservedPod, name: string): ObservedContainer[] {
  return observed.containers
    .filter((container) => container.name === name)
    .sort((a, b) => b.createdAt - a.createdAt || b.attempt - a.attempt || (a.id < b.id ? 1 : -1));
}

/** Running or possibly running: something to stop before its sandbox goes. */
export const isAlive = (container: ObservedContainer) => container.state === 'running' || container.state === 'unknown';
