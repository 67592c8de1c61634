import type { Runtime } from '../../cri/index.js';
import type { Log } from '../../lib/index.js';
import type { ResolvConf } from '../config/resolv-conf.js';
import type { EdgedConfig } from '../edged-config.js';
import type { Recorder } from '../events/recorder.js';
import type { ImagePuller } from '../images/image-puller.js';
import type { NodeFacts } from '../node/node-facts.js';
import type { ObjectReader, StatusSink } from '../ports.js';
import type { PodVolumes } from '../volumes/pod-volumes.js';
import type { Limiter } from './limiter.js';
import type { PodCgroups } from './pod-cgroups.js';
import type { PodTask } from './pod-task.js';

/** What the doers of steps work with. */
export interface ExecutorDeps {
  readonly config: EdgedConfig;
  readonly runtime: Runtime;
  readonly objects: ObjectReader;
  readonly sink: Pick<StatusSink, 'podStatus' | 'podGone'>;
  readonly recorder: Recorder;
  readonly images: ImagePuller;
  readonly volumes: PodVolumes;
  readonly cgroups: PodCgroups;
  readonly node: NodeFacts;
  readonly hostResolver: () => Promise<ResolvConf>;
  /** Bounds how many sandboxes and containers start at once. */
  readonly starts: Limiter;
  /** Bounds how many are taken down at once. */
  readonly stops: Limiter;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface StepContext extends ExecutorDeps {
  readonly task: PodTask;
  /** Sends the pod's status as it is now; settles when it is safe. */
  readonly settleStatus: () => Promise<void>;
}
