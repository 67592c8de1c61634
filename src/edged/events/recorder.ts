import type { CoreEvent, Node, Pod } from '../../kube/index.js';
import { type Log, messageOf } from '../../lib/index.js';
import type { StatusSink } from '../ports.js';

/** Writes Kubernetes events about pods and the node (facts kubelet-on-cri §10). */
export interface Recorder {
  /** @param container adds the path of the container in the pod's spec */
  pod(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string, container?: string): void;
  node(type: 'Normal' | 'Warning', reason: string, message: string): void;
}

const ratePerSecond = 50;
const burst = 100;
// Events that are the same count up in one object for this long and this many.
const keepMs = 600_000;
const keepCount = 512;

/** @param deps.now wall clock in milliseconds */
export function createRecorder(deps: {
  nodeName: string;
  sink: Pick<StatusSink, 'event'>;
  log: Log;
  now: () => number;
}): Recorder {
  const { nodeName, sink, log, now } = deps;
  const recent = new Map<string, CoreEvent>();
  let tokens = burst;
  let refilledAt = now();
  let lastStamp = 0n;

  const admit = () => {
    tokens = Math.min(burst, tokens + ((now() - refilledAt) / 1000) * ratePerSecond);
    refilledAt = now();
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };

  /** `<object>.<nanoseconds in hex>`, never twice: a list by name is a list by time. */
  const nameFor = (object = '') => {
    const clock = BigInt(now()) * 1_000_000n;
    lastStamp = clock > lastStamp ? clock : lastStamp + 1n;
    return `${object}.${lastStamp.toString(16)}`;
  };

  const emit = (
    involvedObject: CoreEvent['involvedObject'],
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ) => {
    const at = new Date(now()).toISOString().replace(/\.\d+Z$/, 'Z');
    const identity = JSON.stringify([involvedObject, type, reason, message]);
    const former = recent.get(identity);
    const aggregated = former && now() - Date.parse(former.lastTimestamp ?? at) < keepMs ? former : undefined;
    const event: CoreEvent = aggregated
      ? { ...aggregated, count: (aggregated.count ?? 1) + 1, lastTimestamp: at }
      : {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: {
            name: nameFor(involvedObject.name),
            namespace: involvedObject.namespace ?? 'default',
          },
          involvedObject,
          type,
          reason,
          message,
          count: 1,
          firstTimestamp: at,
          lastTimestamp: at,
          source: { component: 'kubelet', host: nodeName },
          reportingComponent: 'kubelet',
          reportingInstance: nodeName,
        };
    recent.delete(identity);
    recent.set(identity, event);
    if (recent.size > keepCount) recent.delete(recent.keys().next().value as string);
    if (!admit()) {
      log.warn({ reason, object: involvedObject.name }, 'event dropped: more than 50 per second');
      return;
    }
    sink.event(event).catch((error: unknown) => log.warn({ err: error, reason }, `event lost: ${messageOf(error)}`));
  };

  return {
    pod(pod, type, reason, message, container) {
      const { name = '', namespace = '', uid = '' } = pod.metadata ?? {};
      const reference = { kind: 'Pod', apiVersion: 'v1', name, namespace, uid };
      const fieldPath = container === undefined ? undefined : containerPath(pod, container);
      emit(fieldPath === undefined ? reference : { ...reference, fieldPath }, type, reason, message);
    },
    node(type, reason, message) {
      const reference: Node['metadata'] & { kind: string } = { kind: 'Node', name: nodeName, uid: nodeName };
      emit({ ...reference, apiVersion: 'v1' } as CoreEvent['involvedObject'], type, reason, message);
    },
  };
}

function containerPath(pod: Pod, container: string): string {
  const init = pod.spec?.initContainers?.some(({ name }) => name === container) === true;
  return `spec.${init ? 'initContainers' : 'containers'}{${container}}`;
}
