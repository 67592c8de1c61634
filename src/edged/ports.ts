import type {
  Change,
  ConfigMap,
  CoreEvent,
  Lease,
  Node,
  ObjectKey,
  Pod,
  PodStatus,
  RuntimeClass,
  Secret,
} from '../kube/index.js';

/**
 * The pods this node is to run. The first change is always a `reset`, sent once everything known
 * is known (from disk when the cloud is away); a graceful deletion is a `put` with
 * `deletionTimestamp`, the end of a pod is a `drop`. Keyed by UID.
 */
export interface PodSource {
  pods(signal: AbortSignal): AsyncIterable<Change<Pod>>;
}

/** What pods refer to. Absent objects throw `not-found`; `unavailable` when neither the store nor the cloud can tell. */
export interface ObjectReader {
  configMap(key: ObjectKey, signal?: AbortSignal): Promise<ConfigMap>;
  secret(key: ObjectKey, signal?: AbortSignal): Promise<Secret>;
  runtimeClass(name: string, signal?: AbortSignal): Promise<RuntimeClass>;
  /** A token bound to a pod; the reader caches it until 80 % of its life. */
  serviceAccountToken(
    key: ObjectKey,
    request: TokenRequest,
    signal?: AbortSignal,
  ): Promise<{ token: string; expirationTimestamp: string }>;
  /** Called with the changed object's kind and key whenever the store takes a newer one. */
  changed(signal: AbortSignal): AsyncIterable<{ readonly kind: 'ConfigMap' | 'Secret'; readonly key: ObjectKey }>;
}

export interface TokenRequest {
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  readonly boundPod: { readonly name: string; readonly uid: string };
}

/** Which pod a report is about. */
export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/**
 * Where the node reports to. A promise settles when the report is safe on disk, not when the cloud
 * has it; reports about one object coalesce, the newest wins, and none is lost over restarts.
 */
export interface StatusSink {
  podStatus(pod: PodIdentity, status: PodStatus): Promise<void>;
  /** The pod has ended and nothing of it is left: the API object may go. */
  podGone(pod: PodIdentity): Promise<void>;
  event(event: CoreEvent): Promise<void>;
  /** Creates or completes the Node object; settles when the cloud has it, keeps trying while offline. */
  registerNode(node: Node, signal: AbortSignal): Promise<void>;
  nodeStatus(node: Node): Promise<void>;
  /** Renews the node's lease. Never stored: throws `unavailable` while offline. */
  renewLease(lease: Lease, signal: AbortSignal): Promise<void>;
}
