import type {
  AuthConfig,
  Container,
  ContainerConfig,
  ContainerFilter,
  ContainerStats,
  ContainerStatsFilter,
  ContainerStatus,
  FilesystemUsage,
  Image,
  ImageSpec,
  LinuxContainerResources,
  PodSandbox,
  PodSandboxConfig,
  PodSandboxFilter,
  PodSandboxStats,
  PodSandboxStatsFilter,
  PodSandboxStatus,
  StatusResponse,
  VersionResponse,
} from '../proto/cri/v1/api.js';

/** How long a call may take and who may stop it. Absent deadline: the runtime request timeout (facts cri-v1-messages §1). */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly deadlineMs?: number;
}

export interface ExecResult {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly exitCode: number;
}

export interface StreamRequest {
  readonly containerId: string;
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/**
 * A container runtime in CRI v1 terms. Objects are the CRI's own messages as plain TypeScript.
 *
 * Life of the objects: a sandbox is run, then containers are created in it, started, stopped and
 * removed; stopping a sandbox stops what runs in it; removing it removes what is left in it.
 * Stop and remove may be repeated and succeed for unknown ids. Status of an unknown id throws
 * `not-found`. `imageStatus` of an absent image is `undefined`. Timestamps are nanoseconds since
 * the epoch. A verb the runtime does not have throws `unsupported` naming it.
 */
export interface Runtime {
  version(options?: CallOptions): Promise<VersionResponse>;
  status(verbose?: boolean, options?: CallOptions): Promise<StatusResponse>;
  /** Undefined where the runtime cannot tell. */
  cgroupDriver(options?: CallOptions): Promise<'systemd' | 'cgroupfs' | undefined>;

  /** Returns the sandbox id. `handler` is empty for the default runtime handler. */
  runPodSandbox(config: PodSandboxConfig, handler: string, options?: CallOptions): Promise<string>;
  stopPodSandbox(id: string, options?: CallOptions): Promise<void>;
  removePodSandbox(id: string, options?: CallOptions): Promise<void>;
  podSandboxStatus(id: string, options?: CallOptions): Promise<PodSandboxStatus>;
  listPodSandboxes(filter?: PodSandboxFilter, options?: CallOptions): Promise<PodSandbox[]>;

  /** Returns the container id. `sandboxConfig` is the one the sandbox was run with. */
  createContainer(
    sandboxId: string,
    config: ContainerConfig,
    sandboxConfig: PodSandboxConfig,
    options?: CallOptions,
  ): Promise<string>;
  startContainer(id: string, options?: CallOptions): Promise<void>;
  /** Stop signal, then after `graceSeconds` SIGKILL. */
  stopContainer(id: string, graceSeconds: number, options?: CallOptions): Promise<void>;
  removeContainer(id: string, options?: CallOptions): Promise<void>;
  containerStatus(id: string, options?: CallOptions): Promise<ContainerStatus>;
  listContainers(filter?: ContainerFilter, options?: CallOptions): Promise<Container[]>;
  updateContainerResources(id: string, resources: LinuxContainerResources, options?: CallOptions): Promise<void>;
  reopenContainerLog(id: string, options?: CallOptions): Promise<void>;

  /** `timeoutSeconds` 0 means none; running out throws `timeout` and the process is gone. */
  execSync(id: string, command: readonly string[], timeoutSeconds: number, options?: CallOptions): Promise<ExecResult>;
  /** These three return the URL of the runtime's streaming server. */
  exec(request: StreamRequest & { readonly command: readonly string[] }, options?: CallOptions): Promise<string>;
  attach(request: StreamRequest, options?: CallOptions): Promise<string>;
  portForward(sandboxId: string, ports: readonly number[], options?: CallOptions): Promise<string>;

  containerStats(id: string, options?: CallOptions): Promise<ContainerStats>;
  listContainerStats(filter?: ContainerStatsFilter, options?: CallOptions): Promise<ContainerStats[]>;
  podSandboxStats(id: string, options?: CallOptions): Promise<PodSandboxStats>;
  listPodSandboxStats(filter?: PodSandboxStatsFilter, options?: CallOptions): Promise<PodSandboxStats[]>;

  listImages(image?: ImageSpec, options?: CallOptions): Promise<Image[]>;
  imageStatus(image: ImageSpec, options?: CallOptions): Promise<Image | undefined>;
  /** Returns the reference to create containers with. Has no deadline of its own. */
  pullImage(
    image: ImageSpec,
    auth?: AuthConfig,
    sandboxConfig?: PodSandboxConfig,
    options?: CallOptions,
  ): Promise<string>;
  removeImage(image: ImageSpec, options?: CallOptions): Promise<void>;
  imageFsInfo(options?: CallOptions): Promise<{ images: FilesystemUsage[]; containers: FilesystemUsage[] }>;

  updatePodCidr(cidr: string, options?: CallOptions): Promise<void>;
}

/** What happened to a sandbox or a container. `gap` is sent first and after every lost connection: look at everything again. */
export type RuntimeEvent =
  | { readonly kind: 'gap' }
  | { readonly kind: 'created' | 'started' | 'exited' | 'deleted'; readonly id: string };

/** Ability: the runtime tells when something changes. Runs until abort and reconnects by itself. */
export interface RuntimeEvents {
  events(signal: AbortSignal): AsyncIterable<RuntimeEvent>;
}

/** One thing that keeps a runtime from working well, in a sentence, with the way to mend it. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly what: string;
  readonly fix: string;
}

/** Ability: the backend can look for known traps before the first pod. */
export interface RuntimePreflight {
  preflight(signal: AbortSignal): Promise<Finding[]>;
}
