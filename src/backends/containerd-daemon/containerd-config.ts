import { join } from 'node:path';
import { writeToml } from './toml.js';

/** One way to run containers that pods can ask for by name (facts runtime-backends §2.2, §2.3). */
export interface RuntimeHandler {
  /** The OCI runtime's binary, such as `/usr/bin/crun`; absent: the shim's own choice. */
  readonly binary?: string;
  /** Shim type, `io.containerd.runc.v2` when absent. */
  readonly type?: string;
}

export interface ContainerdConfig {
  /** Persistent data, runtime data and the socket; all absolute. */
  readonly root: string;
  readonly state: string;
  readonly socket: string;
  readonly cgroupDriver: 'systemd' | 'cgroupfs';
  readonly cniBinDir: string;
  readonly cniConfDir: string;
  readonly sandboxImage: string;
  /** Needed where CAP_SYS_RESOURCE is missing: no process may then lower its OOM score. */
  readonly restrictOomScoreAdj: boolean;
  /** Handlers beside the default one, `runc`. */
  readonly runtimes?: Readonly<Record<string, RuntimeHandler>>;
}

/**
 * The configuration file of a containerd that lives apart from any other on the machine: version 2,
 * which 1.3 to 2.x read. Every path it writes to is below `root` or `state`.
 */
export function containerdConfig(config: ContainerdConfig): string {
  const handler = ({ binary, type = 'io.containerd.runc.v2' }: RuntimeHandler) => ({
    runtime_type: type,
    options: {
      SystemdCgroup: config.cgroupDriver === 'systemd',
      // The shim's default, /run/containerd/runc, is shared with other daemons.
      Root: join(config.state, 'runc'),
      ...(binary !== undefined && { BinaryName: binary }),
    },
  });
  const handlers = Object.entries({ runc: {}, ...config.runtimes });
  return writeToml({
    version: 2,
    root: config.root,
    state: config.state,
    disabled_plugins: [
      'io.containerd.snapshotter.v1.aufs',
      'io.containerd.snapshotter.v1.btrfs',
      'io.containerd.snapshotter.v1.devmapper',
      'io.containerd.snapshotter.v1.zfs',
      'io.containerd.tracing.processor.v1.otlp',
      'io.containerd.internal.v1.tracing',
    ],
    grpc: { address: config.socket },
    ttrpc: { address: `${config.socket}.ttrpc` },
    plugins: {
      'io.containerd.internal.v1.opt': { path: join(config.root, 'opt') },
      'io.containerd.grpc.v1.cri': {
        sandbox_image: config.sandboxImage,
        restrict_oom_score_adj: config.restrictOomScoreAdj,
        netns_mounts_under_state_dir: true,
        stream_server_address: '127.0.0.1',
        stream_server_port: '0',
        disable_tcp_service: true,
        cni: { bin_dir: config.cniBinDir, conf_dir: config.cniConfDir },
        containerd: {
          default_runtime_name: 'runc',
          snapshotter: 'overlayfs',
          runtimes: Object.fromEntries(handlers.map(([name, value]) => [name, handler(value)])),
        },
      },
    },
  });
}
