import { z } from 'zod';
import type { Runtime } from '../../cri/index.js';

/** What of its own configuration containerd shows in a verbose CRI status; fields come and go with its versions. */
const infoConfig = z.object({
  sandboxImage: z.string().optional(),
  restrictOOMScoreAdj: z.boolean().optional(),
  cni: z.object({ binDir: z.string().optional(), confDir: z.string().optional() }).optional(),
  containerd: z
    .object({
      defaultRuntimeName: z.string().optional(),
      runtimes: z
        .record(z.string(), z.object({ options: z.object({ SystemdCgroup: z.boolean().optional() }).nullish() }))
        .optional(),
    })
    .optional(),
});

export type ShownConfig = z.infer<typeof infoConfig>;

/** Undefined where the server shows no configuration or one of another shape. */
export async function shownConfig(
  runtime: Pick<Runtime, 'status'>,
  signal?: AbortSignal,
): Promise<ShownConfig | undefined> {
  const { info } = await runtime.status(true, { ...(signal && { signal }) });
  if (info.config === undefined) return undefined;
  try {
    return infoConfig.parse(JSON.parse(info.config));
  } catch {
    return undefined;
  }
}

/** The cgroup driver of the default handler. */
export function shownCgroupDriver(config: ShownConfig | undefined): 'systemd' | 'cgroupfs' | undefined {
  const handler = config?.containerd?.runtimes?.[config.containerd.defaultRuntimeName || 'runc'];
  if (!handler) return undefined;
  return handler.options?.SystemdCgroup ? 'systemd' : 'cgroupfs';
}
