import type { CgroupDriver } from '../config/cgroup-name.js';

/** What pods need to know of the node they run on. */
export interface NodeFacts {
  readonly hostIps: readonly string[];
  readonly memoryBytes: bigint;
  readonly cpus: number;
  /** Quantities by resource name. */
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
  readonly cgroupDriver: CgroupDriver;
  readonly lowestOomScoreAdj: bigint;
  /** As in `<name>://<container id>`. */
  readonly runtimeName: string;
  readonly runtimeVersion: string;
}
