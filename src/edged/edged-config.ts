/** What edged is told by its program. Paths are absolute; durations are in the unit of their name. */
export interface EdgedConfig {
  readonly nodeName: string;
  /** The node's address; absent: the one of the default route. */
  readonly nodeIp?: string;
  /** Volumes and per-pod files live here (facts kubelet-on-cri §6). */
  readonly rootDirectory: string;
  readonly podLogsDirectory: string;
  readonly maxPods: number;
  readonly clusterDns: readonly string[];
  readonly clusterDomain: string;
  /** The resolv.conf pods inherit; empty: none. */
  readonly resolvConf: string;
  /** `auto` asks the runtime and falls back to cgroupfs. */
  readonly cgroupDriver: 'systemd' | 'cgroupfs' | 'auto';
  /** The cgroup under which `kubepods` is made; absent: the top. */
  readonly cgroupRoot?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  readonly registerNode: boolean;
  readonly registerSchedulable: boolean;
  /** How often the node's status is computed; it is sent when it changed. */
  readonly statusIntervalMs: number;
  /** How often it is sent though nothing changed. */
  readonly statusReportIntervalMs: number;
  readonly leaseDurationSeconds: number;
  readonly kubeletVersion: string;
  /** The kubelet HTTP API, plain HTTP: keep it on loopback. Port 0 takes a free one. */
  readonly address: string;
  readonly port: number;
  /** The port written into the Node object when it is not the one listened on. */
  readonly kubeletPort?: number;
}
