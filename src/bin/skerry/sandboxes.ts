import type { Runtime } from '../../cri/index.js';

const graceSeconds = 2;
const deadlineMs = 60_000;

/**
 * Stops and removes sandboxes and what runs in them, all at once. `uids` limits it to these pods, for
 * a runtime that others use too; sandboxes without a pod UID are nobody's and stay there.
 */
export async function removeSandboxes(
  runtime: Pick<
    Runtime,
    'listPodSandboxes' | 'listContainers' | 'stopContainer' | 'stopPodSandbox' | 'removePodSandbox'
  >,
  uids?: ReadonlySet<string>,
): Promise<number> {
  const signal = AbortSignal.timeout(deadlineMs);
  const sandboxes = (await runtime.listPodSandboxes(undefined, { signal })).filter(
    (sandbox) => uids === undefined || uids.has(sandbox.metadata?.uid ?? ''),
  );
  const ids = new Set(sandboxes.map(({ id }) => id));
  const containers = (await runtime.listContainers(undefined, { signal })).filter(({ podSandboxId }) =>
    ids.has(podSandboxId),
  );
  await Promise.all(containers.map(({ id }) => runtime.stopContainer(id, graceSeconds, { signal })));
  await Promise.all(
    sandboxes.map(async ({ id }) => {
      await runtime.stopPodSandbox(id, { signal });
      await runtime.removePodSandbox(id, { signal });
    }),
  );
  return sandboxes.length;
}
