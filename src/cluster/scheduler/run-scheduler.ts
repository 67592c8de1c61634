import {
  createInformer,
  type InformerEvent,
  type KubeApi,
  type KubeObject,
  keyText,
  type Node,
  type Pod,
  resources,
} from '../../kube/index.js';
import { aborted, hasCode, type Log, messageOf, runTogether } from '../../lib/index.js';
import { createNodeTable } from './node-table.js';
import { choosePlace } from './placement.js';
import { podUse } from './pod-use.js';
import { createSchedulingQueue, type QueuedPod } from './queue.js';
import { asksForOther, mayTakeMore } from './relevance.js';
import { createReports } from './reports.js';

const schedulerName = 'default-scheduler';
const parallelBindings = 16;

export interface SchedulerDependencies {
  readonly api: KubeApi;
  readonly log: Log;
  readonly now: () => Date;
  readonly random?: () => number;
}

/**
 * Gives pods without a node one (facts kubernetes-api §16), until aborted. Choices are made one after
 * the other on a local picture in which a chosen pod counts at once, so no node is over-committed;
 * bindings are written side by side. Pods of other schedulers and gated pods are left alone.
 */
export async function runScheduler(dependencies: SchedulerDependencies, signal: AbortSignal): Promise<void> {
  const { api, now, random = Math.random } = dependencies;
  const log = dependencies.log.child({ part: 'scheduler' });
  const pods = createInformer({ api, type: resources.pods, log, random });
  const nodes = createInformer({ api, type: resources.nodes, log, random });
  const table = createNodeTable();
  const queue = createSchedulingQueue(() => now().getTime());
  const reports = createReports({ api, log, now, random });
  /** Pods whose binding is under way or done but not yet seen: the watch may still show them without a node. */
  const assumed = new Set<string>();

  /** An object with a quantity nobody can read is left out rather than stopping the scheduler. */
  const readable = (object: KubeObject, use: () => void) => {
    try {
      use();
    } catch (err) {
      if (!hasCode(err, 'invalid')) throw err;
      log.warn({ err, object: keyText(object) }, 'object left out of the picture');
    }
  };

  const onNode = (event: InformerEvent<Node>) => {
    const { item: node } = event;
    if (event.kind === 'drop') {
      table.removeNode(node.metadata?.name ?? '');
    } else if (mayTakeMore(event.before, node)) {
      readable(node, () => table.setNode(node));
      queue.wake();
    }
  };

  const onPod = (event: InformerEvent<Pod>) => {
    const { item: pod } = event;
    const uid = pod.metadata?.uid ?? '';
    const { nodeName } = pod.spec ?? {};
    const over = event.kind === 'drop' || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (over || nodeName) {
      queue.remove(uid);
      assumed.delete(uid);
    }
    if (over) {
      reports.forget(uid);
      if (table.remove(uid)) queue.wake();
    } else if (nodeName) {
      readable(pod, () => table.place(podUse(pod), nodeName));
    } else if (!isOurs(pod)) {
      queue.remove(uid);
    } else if (!assumed.has(uid)) {
      queue.put(pod, event.kind === 'put' && asksForOther(event.before, pod));
    }
  };

  const bind = async (queued: QueuedPod, nodeName: string, stop: AbortSignal) => {
    const { pod, uid } = queued;
    const { namespace, name = '' } = pod.metadata ?? {};
    const target = { apiVersion: 'v1', kind: 'Node', name: nodeName };
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { namespace, name, uid }, target };
    try {
      await api.post(resources.pods, { namespace, name }, 'binding', binding, stop);
    } catch (error) {
      if (stop.aborted || !assumed.delete(uid)) return;
      table.remove(uid);
      queue.park(uid, 'backoff');
      queue.wake();
      if (hasCode(error, 'not-found')) return;
      log.warn({ err: error, podUid: uid, nodeName }, 'binding refused');
      await reports.failed(pod, `binding rejected: ${messageOf(error)}`, stop);
      return;
    }
    await reports.scheduled(pod, nodeName, stop);
  };

  /** Decides about one pod; what remains to be written is the promise. */
  const schedule = (queued: QueuedPod, stop: AbortSignal): Promise<void> => {
    const { pod, uid } = queued;
    try {
      const use = podUse(pod);
      const placement = choosePlace(pod, use, table.nodes(), random);
      if (placement.kind === 'placed') {
        table.place(use, placement.nodeName);
        assumed.add(uid);
        return bind(queued, placement.nodeName, stop);
      }
      queue.park(uid, 'event');
      return reports.failed(pod, placement.message, stop);
    } catch (error) {
      // A pod no filter can read (a malformed selector or quantity) must not stop the others.
      queue.park(uid, 'event');
      return reports.failed(pod, messageOf(error), stop);
    }
  };

  const loop = async (stop: AbortSignal) => {
    await Promise.race([Promise.all([pods.synced, nodes.synced]), aborted(stop)]);
    using _nodes = nodes.subscribe(onNode);
    using _pods = pods.subscribe(onPod);
    const running = new Set<Promise<void>>();
    while (!stop.aborted) {
      const queued = queue.take();
      if (!queued) {
        await queue.ready(stop);
        continue;
      }
      const task = schedule(queued, stop).finally(() => running.delete(task));
      running.add(task);
      if (running.size >= parallelBindings) await Promise.race(running);
    }
    await Promise.all(running);
  };

  await runTogether(signal, [pods.run, nodes.run, loop]);
}

function isOurs(pod: Pod): boolean {
  const { schedulerName: wanted = schedulerName, schedulingGates: gates = [] } = pod.spec ?? {};
  return wanted === schedulerName && gates.length === 0 && pod.metadata?.deletionTimestamp === undefined;
}
