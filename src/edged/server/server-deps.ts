import type { Runtime } from '../../cri/index.js';
import type { Log } from '../../lib/index.js';
import type { EdgedConfig } from '../edged-config.js';
import type { PodWorkers } from '../workers/pod-workers.js';

/** What the kubelet API answers from. */
export interface ServerDeps {
  readonly config: EdgedConfig;
  readonly workers: PodWorkers;
  readonly runtime: Runtime;
  readonly log: Log;
  readonly now: () => number;
  readonly onListening: (port: number) => void;
}
