import type { Runtime } from '../../cri/index.js';

/** What of its own configuration containerd shows in a verbose CRI status; fields come and go with its versions. */
export interface ShownConfig {
  readonly sandboxImage: string | undefined;
  readonly restrictOomScoreAdj: boolean;
  readonly cniBinDir: string | undefined;
  readonly cniConfDir: string | undefined;
  /** The cgroup driver of the default handler; undefined where that handler is not shown. */
  readonly cgroupDriver: 'systemd' | 'cgroupfs' | undefined;
}

/** Undefined where the server shows no configuration or one that is no JSON object; a field of another type counts as absent. */
export async function shownConfig(
  runtime: Pick<Runtime, 'status'>,
  signal?: AbortSignal,
): Promise<ShownConfig | undefined> {
  const { info } = await runtime.status(true, { ...(signal && { signal }) });
  if (info.config === undefined) return undefined;
  try {
    return readConfig(JSON.parse(info.config));
  } catch {
    return undefined;
  }
}

function readConfig(config: unknown): ShownConfig | undefined {
  if (!isObject(config)) return undefined;
  const containerd = field(config, 'containerd');
  const handler = field(field(containerd, 'runtimes'), text(field(containerd, 'defaultRuntimeName')) || 'runc');
  const systemd = field(field(handler, 'options'), 'SystemdCgroup') === true;
  return {
    sandboxImage: text(field(config, 'sandboxImage')),
    restrictOomScoreAdj: field(config, 'restrictOOMScoreAdj') === true,
    cniBinDir: text(field(field(config, 'cni'), 'binDir')),
    cniConfDir: text(field(field(config, 'cni'), 'confDir')),
    cgroupDriver: isObject(handler) ? (systemd ? 'systemd' : 'cgroupfs') : undefined,
  };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const field = (value: unknown, name: string): unknown =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
