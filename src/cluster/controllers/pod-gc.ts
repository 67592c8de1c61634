import { type Pod, resources } from '../../kube/index.js';
import { hasCode, runTogether } from '../../lib/index.js';
import type { Controller } from './context.js';
import { synced } from './synced.js';
import { createWorkQueue } from './work-queue.js';

/** A node that vanished may come back under its name; its pods are left alone for this long (facts kubernetes-api §15). */
const quarantineMs = 40_000;

/**
 * Removes pods nobody else will: those bound to a node that is gone, and unbound ones that are being
 * deleted. Pods of a node that exists are never touched, however long it has been silent.
 */
export const podGc: Controller = ({ api, log, now, nodes, pods }) => {
  const queue = createWorkQueue({
    name: 'pod-gc',
    log,
    now,
    async work(nodeName, signal) {
      if (nodes.get(nodeName) || pods.byIndex('node', nodeName).length === 0) return;
      const alive = await api.get(resources.nodes, { name: nodeName }, signal).then(
        () => true,
        (error: unknown) => {
          if (hasCode(error, 'not-found')) return false;
          throw error;
        },
      );
      if (alive) return;
      for (const pod of pods.byIndex('node', nodeName)) await remove(pod, signal);
    },
  });

  const remove = async (pod: Pod, signal: AbortSignal) => {
    const { namespace, name = '', uid = '' } = pod.metadata ?? {};
    const { phase } = pod.status ?? {};
    try {
      if (phase !== 'Succeeded' && phase !== 'Failed') {
        const status = { phase: 'Failed', conditions: [disruption(now())] };
        const patch = { kind: 'strategic', body: { metadata: { uid }, status } } as const;
        await api.patch(resources.pods, { namespace, name }, patch, { subresource: 'status', signal });
      }
      await api.delete(resources.pods, { namespace, name }, { gracePeriodSeconds: 0, uid, signal });
      log.info(
        { podUid: uid, namespace, pod: name, nodeName: pod.spec?.nodeName },
        'removed a pod of a node that is gone',
      );
    } catch (error) {
      if (!hasCode(error, 'not-found')) throw error;
    }
  };

  return async (signal) => {
    if (!(await synced(signal, [nodes, pods]))) return;
    const unbound = createWorkQueue({
      name: 'pod-gc-unbound',
      log,
      now,
      async work(key, stop) {
        const pod = pods.get(key);
        if (pod && isUnboundAndDeleting(pod)) await remove(pod, stop);
      },
    });
    using _nodes = nodes.subscribe(({ kind, item }) => {
      if (kind === 'drop') queue.addAfter(item.metadata?.name ?? '', quarantineMs);
    });
    using _pods = pods.subscribe(({ kind, item }) => {
      if (kind === 'drop') return;
      const { nodeName } = item.spec ?? {};
      if (nodeName && !nodes.get(nodeName)) queue.addAfter(nodeName, quarantineMs);
      if (isUnboundAndDeleting(item)) unbound.add(`${item.metadata?.namespace}/${item.metadata?.name}`);
    });
    await runTogether(signal, [queue.run, unbound.run]);
  };
};

const isUnboundAndDeleting = ({ metadata, spec }: Pod) =>
  metadata?.deletionTimestamp !== undefined && !spec?.nodeName && (metadata.finalizers ?? []).length === 0;

const disruption = (now: Date) => ({
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'DeletionByPodGC',
  message: 'PodGC: node no longer exists',
  lastTransitionTime: now.toISOString().replace(/\.\d+Z$/, 'Z'),
});
