import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding, Runtime } from '../../cri/index.js';
import { EdgeError, messageOf } from '../../lib/index.js';
import { ImageSpec } from '../../proto/cri/v1/api.js';
import { hasCapability } from './capabilities.js';
import { type ShownConfig, shownConfig } from './verbose-status.js';

type Needs = Pick<Runtime, 'status' | 'imageStatus'>;

/** What the machine tells beside containerd; a parameter so that tests can tell another story. */
export interface PreflightMachine {
  /** Whether systemd manages the cgroups. */
  hasSystemd(): Promise<boolean>;
  hasSysResource(): Promise<boolean>;
}

const thisMachine: PreflightMachine = {
  hasSystemd: () =>
    readdir('/run/systemd/system').then(
      () => true,
      () => false,
    ),
  hasSysResource: () => hasCapability('sys_resource'),
};

/** The known traps of containerd (facts runtime-backends §2.1, §2.2), found before the first pod falls into them. */
export async function preflightFindings(
  runtime: Needs,
  signal: AbortSignal,
  machine: PreflightMachine = thisMachine,
): Promise<Finding[]> {
  const config = await shownConfig(runtime, signal);
  const checks = [
    checkConditions(runtime, config, signal),
    checkCgroups(config, machine),
    checkSandboxImage(runtime, config, signal),
    checkOomScore(config, machine),
  ];
  return (await Promise.all(checks)).flat();
}

async function checkConditions(
  runtime: Needs,
  config: ShownConfig | undefined,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { status } = await runtime.status(false, { signal });
  const failing = (status?.conditions ?? []).filter(({ status: holds }) => !holds);
  return (
    await Promise.all(
      failing.map(async ({ type, reason, message }): Promise<Finding[]> => {
        if (type === 'NetworkReady') return checkCni(config, message);
        return [
          {
            severity: type === 'RuntimeReady' ? 'error' : 'warning',
            what: `containerd reports ${type} false: ${message || reason}`,
            fix: "Read containerd's log and mend what it names.",
          },
        ];
      }),
    )
  ).flat();
}

/** Says why the network is not ready: no configuration, one that does not parse, or a plugin that is not there. */
async function checkCni(config: ShownConfig | undefined, message: string): Promise<Finding[]> {
  const confDir = config?.cniConfDir ?? '/etc/cni/net.d';
  const binDir = config?.cniBinDir ?? '/opt/cni/bin';
  const error = (what: string, fix: string): Finding[] => [{ severity: 'error', what, fix }];
  const files = (await readdir(confDir).catch((): string[] => [])).filter((name) =>
    /\.(conf|conflist|json)$/.test(name),
  );
  const [first] = files.sort();
  if (first === undefined) {
    return error(`There is no CNI configuration in ${confDir}.`, `Put a CNI .conflist file into ${confDir}.`);
  }
  const path = join(confDir, first);
  let wanted: string[];
  try {
    wanted = pluginTypes(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    return error(`The CNI configuration ${path} cannot be read: ${messageOf(cause)}`, `Correct ${path}.`);
  }
  const there = new Set(await readdir(binDir).catch((): string[] => []));
  const missing = [...wanted, 'loopback'].filter((type) => !there.has(type));
  if (missing.length > 0) {
    return error(
      `The CNI plugins ${missing.join(', ')} are not in ${binDir}.`,
      `Install the package containernetworking-plugins, or set bin_dir of containerd's CNI to the folder that has them.`,
    );
  }
  return error(`The pod network is not ready: ${message}`, `Check ${path} and restart containerd.`);
}

/** The plugins a CNI configuration calls: those of a list, or the one of a single configuration. */
function pluginTypes(configuration: unknown): string[] {
  if (typeof configuration !== 'object' || configuration === null || Array.isArray(configuration)) {
    throw new EdgeError('invalid', 'it is not a JSON object');
  }
  const { type, plugins = [] } = configuration as { type?: unknown; plugins?: unknown };
  if (!Array.isArray(plugins)) throw new EdgeError('invalid', 'plugins is not a list');
  const types = plugins.map((plugin: { type?: unknown } | null) => plugin?.type);
  if (type !== undefined) types.push(type);
  return types.map((name) => {
    if (typeof name !== 'string') throw new EdgeError('invalid', 'the type of a plugin is not a text');
    return name;
  });
}

async function checkCgroups(config: ShownConfig | undefined, machine: PreflightMachine): Promise<Finding[]> {
  if (config?.cgroupDriver !== 'cgroupfs' || !(await machine.hasSystemd())) return [];
  return [
    {
      severity: 'warning',
      what: 'containerd manages cgroups by itself (cgroupfs) although systemd manages them on this machine: two owners of one tree lose limits.',
      fix: "Set SystemdCgroup = true in the options of containerd's runc handler and restart containerd.",
    },
  ];
}

async function checkSandboxImage(
  runtime: Needs,
  config: ShownConfig | undefined,
  signal: AbortSignal,
): Promise<Finding[]> {
  const image = config?.sandboxImage;
  if (!image || (await runtime.imageStatus(ImageSpec.fromPartial({ image }), { signal }))) return [];
  return [
    {
      severity: 'warning',
      what: `The sandbox image ${image} is not on this machine, so the first pod waits for its pull and fails without a registry.`,
      fix: `Pull or import ${image}, or set sandbox_image in containerd's configuration to one that is there.`,
    },
  ];
}

async function checkOomScore(config: ShownConfig | undefined, machine: PreflightMachine): Promise<Finding[]> {
  if (config === undefined || config.restrictOomScoreAdj || (await machine.hasSysResource())) return [];
  return [
    {
      severity: 'error',
      what: 'The capability CAP_SYS_RESOURCE is missing, so no sandbox can lower its OOM score and none starts.',
      fix: "Set restrict_oom_score_adj = true in containerd's CRI configuration, or grant the capability.",
    },
  ];
}
