/** What the tunnel is told (facts stream-tunnel §2). */
export interface StreamConfig {
  readonly node: string;
  /** Absent: the cloud uses the address the tunnel comes from. */
  readonly nodeIp?: string;
  /** `host:port` of the cloud's tunnel server. */
  readonly server: string;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly handshakeTimeoutMs: number;
}

/** Where edged's kubelet API listens; what host a connector names does not count. */
export type KubeletAddress = { readonly address: string; readonly port: number };
