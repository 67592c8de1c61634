import type { Image } from '../../proto/cri/v1/api.js';

/** What edged remembers about a pod between plans, as data. Lost on restart of edged without harm. */
export interface PodMemory {
  /** Volumes are mounted and can be used. */
  readonly prepared: boolean;
  /** When the volumes are to be written anew (tokens age, objects change), milliseconds since the epoch. */
  readonly refreshAt: number | undefined;
  /** Volumes, directories and cgroup are gone. */
  readonly released: boolean;
  /** The end of the pod has been told. */
  readonly finished: boolean;
  /** Images fetched for the next start of a container, by container name; used up by that start. */
  readonly images: ReadonlyMap<string, FetchedImage>;
  /** Crash-loop back-off by container name (facts kubelet-on-cri §2.7). */
  readonly crashes: ReadonlyMap<string, CrashEntry>;
  /** Failed actions that wait for their next try, by the key of the step. */
  readonly retries: ReadonlyMap<string, RetryEntry>;
  /** Why a container does not run, by container name. */
  readonly waiting: ReadonlyMap<string, WaitingReason>;
}

/** What a container's configuration needs to know of its image: `id` is what the runtime creates from. */
export type FetchedImage = Pick<Image, 'id' | 'uid' | 'username'>;

export interface CrashEntry {
  readonly hash: string;
  readonly delayMs: number;
  readonly updatedAt: number;
}

export interface RetryEntry {
  readonly delayMs: number;
  readonly at: number;
}

export interface WaitingReason {
  readonly reason: string;
  readonly message: string;
}

export const freshMemory: PodMemory = {
  prepared: false,
  refreshAt: undefined,
  released: false,
  finished: false,
  images: new Map(),
  crashes: new Map(),
  retries: new Map(),
  waiting: new Map(),
};

/** A copy of a map with one entry set, or removed when `value` is undefined. */
export function withEntry<V>(map: ReadonlyMap<string, V>, key: string, value: V | undefined): ReadonlyMap<string, V> {
  if (value === undefined && !map.has(key)) return map;
  const copy = new Map(map);
  if (value === undefined) copy.delete(key);
  else copy.set(key, value);
  return copy;
}
