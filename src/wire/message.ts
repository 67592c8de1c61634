/**
 * One KubeEdge message, the unit both sides exchange as a JSON text frame
 * (facts cloudhub-wire §3.1). Property names are ours; `encodeMessage` and `decodeMessage` speak the wire's.
 */
export interface Message {
  readonly id: string;
  /** Set on replies and acks only. */
  readonly parentId?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly resourceVersion?: string | undefined;
  readonly source?: string | undefined;
  readonly group?: string | undefined;
  readonly operation?: string | undefined;
  /** Wire form: `<namespace or null>/<type>[/<name>]`. */
  readonly resource?: string | undefined;
  readonly content: unknown;
}
