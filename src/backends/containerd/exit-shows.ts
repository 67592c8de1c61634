import type { Runtime } from '../../cri/index.js';
import { pause } from '../../lib/index.js';
import { ContainerFilter, ContainerState, PodSandboxFilter, PodSandboxState } from '../../proto/cri/v1/api.js';

type Lists = Pick<Runtime, 'listContainers' | 'listPodSandboxes'>;

/** Looks at 0, 2, 6, 14 … ms, and for the last time after about 8 s. */
const waitsMs = [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];

/**
 * Waits until CRI's own status says what containerd's event said already: that a container or
 * sandbox has ended. containerd announces the end some milliseconds before its CRI plugin has
 * recorded it, and nothing announces the record. Returns early on abort, and when it cannot be told.
 */
export async function untilExitShows(runtime: Lists, id: string, signal: AbortSignal): Promise<void> {
  for (const wait of waitsMs) {
    if (await hasEnded(runtime, id, signal)) return;
    await pause(wait, signal);
  }
}

async function hasEnded(runtime: Lists, id: string, signal: AbortSignal): Promise<boolean> {
  const options = { signal, deadlineMs: 5000 };
  try {
    // Lists, as containerd writes an error into its log for each status of an id it does not have.
    const [container] = await runtime.listContainers(ContainerFilter.fromPartial({ id }), options);
    if (container) return container.state === ContainerState.CONTAINER_EXITED;
    const [sandbox] = await runtime.listPodSandboxes(PodSandboxFilter.fromPartial({ id }), options);
    return sandbox?.state !== PodSandboxState.SANDBOX_READY;
  } catch {
    // Whoever reads the event looks for itself then, or is told of a gap.
    return true;
  }
}
