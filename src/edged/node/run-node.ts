import { isDeepStrictEqual } from 'node:util';
import type { Runtime } from '../../cri/index.js';
import type { Lease, Node } from '../../kube/index.js';
import { aborted, createBackoff, hasCode, type Log, messageOf, pause, runTogether } from '../../lib/index.js';
import type { EdgedConfig } from '../edged-config.js';
import type { Recorder } from '../events/recorder.js';
import type { StatusSink } from '../ports.js';
import type { PodWorkers } from '../workers/pod-workers.js';
import type { Machine } from './machine.js';
import type { NodeFacts } from './node-facts.js';
import { nodeObject } from './node-object.js';
import { checkRuntime } from './runtime-health.js';

export interface NodeDeps {
  readonly config: EdgedConfig;
  readonly machine: Machine;
  readonly facts: NodeFacts;
  readonly runtime: Pick<Runtime, 'status'>;
  readonly status: StatusSink;
  readonly recorder: Recorder;
  readonly workers: PodWorkers;
  readonly log: Log;
  readonly now: () => number;
  readonly random: () => number;
  /** The port of the kubelet API, once it listens. */
  readonly port: Promise<number>;
}

// While the runtime is down it is asked more often: recovery should not wait for the next status.
const downIntervalMs = 1_000;

/** Registers the node, tells its status when it changes, renews its lease (facts kubelet-on-cri §8.1). */
export async function runNode(deps: NodeDeps, signal: AbortSignal): Promise<void> {
  // A port that cannot be had is the server's fault to throw.
  const port = await Promise.race([deps.port, aborted(signal)]);
  if (port === undefined) return;
  const state = createNodeState(deps, port);
  await state.look(signal);
  await runTogether(signal, [(stop) => report(deps, state, stop), (stop) => renew(deps, stop)]);
}

function createNodeState({ config, machine, facts, runtime, now, recorder, workers }: NodeDeps, port: number) {
  let node: Node | undefined;
  let problem: string | undefined;
  return {
    get node() {
      return node as Node;
    },
    get problem() {
      return problem;
    },
    async look(signal: AbortSignal) {
      const before = problem;
      ({ problem } = await checkRuntime(runtime, signal));
      if (signal.aborted && node) return;
      const previous = node?.status?.conditions ?? [];
      const first = node === undefined;
      node = nodeObject({ config, machine, facts, port, problem, previous, now: now() });
      if (first || (before === undefined) !== (problem === undefined)) {
        const ready = problem === undefined;
        const reason = ready ? 'NodeReady' : 'NodeNotReady';
        recorder.node('Normal', reason, `Node ${config.nodeName} status is now: ${reason}`);
      }
      // What could not be done while the runtime was away is done now.
      if (before !== undefined && problem === undefined) for (const worker of workers.list()) worker.doubt();
    },
  };
}

async function report(deps: NodeDeps, state: ReturnType<typeof createNodeState>, signal: AbortSignal): Promise<void> {
  const { config, status, log, now, random, recorder } = deps;
  if (config.registerNode) {
    recorder.node('Normal', 'Starting', 'Starting kubelet.');
    const backoff = createBackoff({ baseMs: 100, maxMs: 7_000, jitter: 0.2, random });
    for (let registered = false; !registered && !signal.aborted; ) {
      try {
        await status.registerNode(state.node, signal);
        registered = true;
        log.info({ node: config.nodeName }, 'node registered');
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error }, `node not registered: ${messageOf(error)}`);
        await pause(backoff.next(), signal);
        await state.look(signal);
      }
    }
  }
  let told: Node | undefined;
  let dueAt = 0;
  while (!signal.aborted) {
    if (!told || now() >= dueAt || !sameStatus(told, state.node)) {
      try {
        await status.nodeStatus(state.node);
        told = state.node;
        dueAt = now() + config.statusReportIntervalMs * (0.5 + random());
      } catch (error) {
        log.warn({ err: error }, `node status not stored: ${messageOf(error)}`);
      }
    }
    await pause(state.problem === undefined ? config.statusIntervalMs : downIntervalMs, signal);
    await state.look(signal);
  }
}

/** Equal but for the heartbeats, which always differ. */
function sameStatus(a: Node, b: Node): boolean {
  const still = ({ status }: Node) => ({
    ...status,
    conditions: status?.conditions?.map((condition) => ({ ...condition, lastHeartbeatTime: '' })),
  });
  return isDeepStrictEqual(still(a), still(b));
}

async function renew({ config, status, log, now, random }: NodeDeps, signal: AbortSignal): Promise<void> {
  let away = false;
  while (!signal.aborted) {
    const renewTime = new Date(now()).toISOString().replace(/Z$/, '000Z');
    const lease: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: config.nodeName, namespace: 'kube-node-lease' },
      spec: { holderIdentity: config.nodeName, leaseDurationSeconds: config.leaseDurationSeconds, renewTime },
    };
    try {
      await status.renewLease(lease, signal);
      away = false;
    } catch (error) {
      if (signal.aborted) return;
      // Offline is a normal state of an edge node: told once.
      if (!hasCode(error, 'unavailable')) log.warn({ err: error }, `lease not renewed: ${messageOf(error)}`);
      else if (!away) log.info('lease not renewed: the cloud is away');
      away = true;
    }
    const quarter = (config.leaseDurationSeconds * 1000) / 4;
    await pause(quarter * (1 + 0.04 * random()), signal);
  }
}
