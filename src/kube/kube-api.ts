import type { KubeObject } from './objects.js';

/** One kind of resource as a client must know it to build paths and to fill kind and apiVersion. */
export interface ResourceType<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Never set: carries the object's type for inference. */
  readonly type?: T;
}

/** `namespace` is absent for cluster-scoped kinds. */
export interface ObjectKey {
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface ListOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface ObjectList<T> {
  readonly items: readonly T[];
  /** The version to start a watch from. */
  readonly resourceVersion: string;
}

export type WatchEvent<T> =
  | { readonly kind: 'added' | 'modified' | 'deleted'; readonly object: T }
  | { readonly kind: 'bookmark'; readonly resourceVersion: string };

export interface WriteOptions {
  /** `status`, `binding`, `token`, `scale`: the write goes to this sub-resource. */
  readonly subresource?: string;
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

export type PatchKind = 'json' | 'merge' | 'strategic';

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly signal?: AbortSignal;
}

/**
 * The Kubernetes API as our programs use it. Objects are plain JSON; typed items of a list get
 * their `apiVersion` and `kind` filled in.
 *
 * Errors are `EdgeError`s: 400/422 `invalid`, 401/403 `denied`, 404 `not-found`, 409 `already-exists`
 * or `conflict`, 410 `gone`, 413 `too-large`, 415/405/501 `unsupported`, 429/5xx and transport
 * faults `unavailable`, 504 `timeout`; `cause` is a `KubeStatusError` carrying the full Status
 * object when the server sent one. Nothing is retried: loops above decide.
 */
export interface KubeApi {
  get<T extends KubeObject>(type: ResourceType<T>, key: ObjectKey, signal?: AbortSignal): Promise<T>;
  list<T extends KubeObject>(type: ResourceType<T>, options: ListOptions, signal?: AbortSignal): Promise<ObjectList<T>>;
  /** Events after `resourceVersion`; ends when the server closes, throws `gone` when it is too old. */
  watch<T extends KubeObject>(
    type: ResourceType<T>,
    options: ListOptions & { readonly resourceVersion: string },
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent<T>>;
  create<T extends KubeObject>(type: ResourceType<T>, object: T, options?: WriteOptions): Promise<T>;
  update<T extends KubeObject>(type: ResourceType<T>, object: T, options?: WriteOptions): Promise<T>;
  patch<T extends KubeObject>(
    type: ResourceType<T>,
    key: ObjectKey,
    patch: { readonly kind: PatchKind; readonly body: unknown },
    options?: WriteOptions,
  ): Promise<T>;
  /** Posts `body` to a sub-resource that is not the object itself (`binding`, `token`, `eviction`). */
  post<R>(type: ResourceType, key: ObjectKey, subresource: string, body: unknown, signal?: AbortSignal): Promise<R>;
  delete(type: ResourceType, key: ObjectKey, options?: DeleteOptions): Promise<void>;
}
