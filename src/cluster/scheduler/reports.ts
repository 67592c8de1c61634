import { type CoreEvent, type KubeApi, type Pod, resources } from '../../kube/index.js';
import { hasCode, type Log } from '../../lib/index.js';

const component = 'default-scheduler';

/** What the scheduler tells about a pod. Reports are best effort: a failed one is logged and forgotten. */
export interface Reports {
  scheduled(pod: Pod, nodeName: string, signal: AbortSignal): Promise<void>;
  /** The event and the condition of a pod that found no node; the same message again only counts. */
  failed(pod: Pod, message: string, signal: AbortSignal): Promise<void>;
  /** The pod will not be reported on again. */
  forget(uid: string): void;
}

export function createReports(options: {
  readonly api: Pick<KubeApi, 'create' | 'patch'>;
  readonly log: Log;
  readonly now: () => Date;
  readonly random: () => number;
}): Reports {
  const { api, log, now, random } = options;
  const last = new Map<string, { name: string; message: string; count: number }>();

  const record = async (
    pod: Pod,
    type: string,
    reason: string,
    action: string,
    message: string,
    signal: AbortSignal,
  ) => {
    const { namespace, uid = '' } = pod.metadata ?? {};
    const known = last.get(uid);
    if (known?.message === message) {
      known.count += 1;
      const body = { series: { count: known.count, lastObservedTime: microTime(now()) } };
      const counted = await api
        .patch(resources.events, { namespace, name: known.name }, { kind: 'merge', body }, { signal })
        .then(() => true, ifGone);
      if (counted) return;
    }
    const event = eventOf(pod, { type, reason, action, message }, now(), random);
    await api.create(resources.events, event, { signal });
    last.set(uid, { name: event.metadata.name ?? '', message, count: 1 });
  };

  const bestEffort = async (pod: Pod, report: Promise<unknown>, signal: AbortSignal) => {
    await report.catch((err: unknown) => {
      // A pod deleted meanwhile needs no report.
      if (!signal.aborted && !hasCode(err, 'not-found'))
        log.warn({ err, podUid: pod.metadata?.uid }, 'report not written');
    });
  };

  return {
    async scheduled(pod, nodeName, signal) {
      const { namespace, name } = pod.metadata ?? {};
      const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
      await bestEffort(pod, record(pod, 'Normal', 'Scheduled', 'Binding', message, signal), signal);
      last.delete(pod.metadata?.uid ?? '');
    },
    async failed(pod, message, signal) {
      const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
      const before = pod.status?.conditions?.find(({ type }) => type === condition.type);
      if (before?.status !== 'False' || before.reason !== condition.reason || before.message !== message) {
        const lastTransitionTime = before?.status === 'False' ? before.lastTransitionTime : seconds(now());
        const { namespace, name = '', uid } = pod.metadata ?? {};
        const body = { metadata: { uid }, status: { conditions: [{ ...condition, lastTransitionTime }] } };
        const patch = api.patch(
          resources.pods,
          { namespace, name },
          { kind: 'strategic', body },
          { subresource: 'status', signal },
        );
        await bestEffort(pod, patch, signal);
      }
      await bestEffort(pod, record(pod, 'Warning', 'FailedScheduling', 'Scheduling', message, signal), signal);
    },
    forget: (uid) => void last.delete(uid),
  };
}

const seconds = (time: Date) => time.toISOString().replace(/\.\d+Z$/, 'Z');
const microTime = (time: Date) => time.toISOString().replace('Z', '000Z');

const ifGone = (error: unknown): boolean => {
  if (hasCode(error, 'not-found')) return false;
  throw error;
};

function eventOf(
  pod: Pod,
  text: { type: string; reason: string; action: string; message: string },
  now: Date,
  random: () => number,
): CoreEvent {
  const { namespace, name = '', uid, resourceVersion } = pod.metadata ?? {};
  const unique = `${now.getTime().toString(16)}${Math.floor(random() * 0x100000)
    .toString(16)
    .padStart(5, '0')}`;
  const reference = { apiVersion: 'v1', kind: 'Pod', name, namespace, uid, resourceVersion };
  return {
    metadata: { ...(namespace !== undefined && { namespace }), name: `${name}.${unique}` },
    involvedObject: JSON.parse(JSON.stringify(reference)),
    ...text,
    eventTime: microTime(now),
    reportingComponent: component,
    reportingInstance: component,
  };
}
