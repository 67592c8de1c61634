import {
  type CallOptions,
  connectRuntime,
  type Runtime,
  type RuntimeEvents,
  type RuntimePreflight,
} from '../../cri/index.js';
import type { Log } from '../../lib/index.js';
import { containerdEvents } from './events.js';
import { preflightFindings } from './preflight.js';
import { shownConfig } from './verbose-status.js';

/** Ability: containerd tells which image it makes sandboxes from. Undefined where it does not show its configuration. */
export interface SandboxImage {
  sandboxImage(options?: CallOptions): Promise<string | undefined>;
}

export type ContainerdRuntime = Runtime & RuntimeEvents & RuntimePreflight & SandboxImage & AsyncDisposable;

/**
 * A containerd as a runtime: its CRI, and the events and the configuration that CRI does not show.
 * Waits for the socket and fails as connectRuntime does.
 */
export async function openContainerd(deps: {
  endpoint: string;
  log: Log;
  requestTimeoutMs?: number;
  signal?: AbortSignal;
}): Promise<ContainerdRuntime> {
  const cri = await connectRuntime(deps);
  const log = deps.log.child({ part: 'containerd' });
  return {
    ...cri,
    // containerd before 2.0 does not implement RuntimeConfig but shows its configuration.
    cgroupDriver: async (options) =>
      (await cri.cgroupDriver(options)) ?? (await shownConfig(cri, options?.signal))?.cgroupDriver,
    sandboxImage: async (options) => (await shownConfig(cri, options?.signal))?.sandboxImage,
    events: (signal) => containerdEvents({ endpoint: deps.endpoint, runtime: cri, log }, signal),
    preflight: (signal) => preflightFindings(cri, signal),
  };
}
