/** What the hub is told: where the cloud is and where its own identity lies (facts cloudhub-wire §5). */
export interface HubConfig {
  readonly node: string;
  /** `host:port` of the cloud's websocket server. */
  readonly server: string;
  /** `https://host:port` of the cloud's certificate server. */
  readonly httpServer: string;
  readonly projectId: string;
  /** Join token; may be empty once there is a certificate. */
  readonly token: string;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly rotateCertificates: boolean;
  readonly heartbeatMs: number;
  readonly handshakeTimeoutMs: number;
}
