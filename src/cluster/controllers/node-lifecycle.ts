import { createInformer, type Node, type Pod, resources } from '../../kube/index.js';
import { hasCode, runTogether } from '../../lib/index.js';
import type { Controller } from './context.js';
import { readiness, silentConditions, wantedTaints } from './node-health.js';
import { synced } from './synced.js';
import { createWorkQueue } from './work-queue.js';

/** How long a node may be silent (facts kubernetes-api §15), and one that never reported. */
const graceMs = 40_000;
const startupMs = 60_000;
const notReadyReason = 'NodeNotReady';

/**
 * Watches over the heartbeats of nodes: a silent node's conditions become Unknown and its pods not
 * ready, and taints follow the conditions. Heartbeats are timed by our clock when they arrive, so a
 * node's own clock does not matter. Pods are never evicted: behind a silent edge node they run on.
 */
export const nodeLifecycle: Controller = ({ api, log, now, random, nodes, pods }) => {
  const where = { namespace: 'kube-node-lease' };
  const leases = createInformer({ api, type: resources.leases, where, log, random });
  const lastSeen = new Map<string, number>();
  /** The readiness of each node its pods were adjusted to: heartbeats must not cost work per pod. */
  const podsFollow = new Map<string, string | undefined>();
  const seconds = () =>
    now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
  const seen = (name: string) => lastSeen.set(name, now().getTime());

  const queue = createWorkQueue({
    name: 'node-lifecycle',
    log,
    now,
    async work(name, signal) {
      const node = nodes.get(name);
      if (!node) return;
      const grace = readiness(node) === undefined ? startupMs : graceMs;
      const rest = (lastSeen.get(name) ?? 0) + grace - now().getTime();
      if (rest <= 0) await declareSilent(node, signal);
      else queue.addAfter(name, rest);
      await adjustTaints(node, signal);
      const ready = readiness(node);
      if (podsFollow.get(name) === ready) return;
      await adjustPods(node, signal);
      podsFollow.set(name, ready);
    },
  });

  const declareSilent = async (node: Node, signal: AbortSignal) => {
    const conditions = silentConditions(node, seconds());
    if (conditions.length === 0) return;
    const { name = '', resourceVersion } = node.metadata ?? {};
    // The version guards against a heartbeat that is on its way to us.
    const patch = { kind: 'strategic', body: { metadata: { resourceVersion }, status: { conditions } } } as const;
    await api.patch(resources.nodes, { name }, patch, { subresource: 'status', signal });
    log.warn({ nodeName: name }, 'node is silent');
  };

  const adjustTaints = async (node: Node, signal: AbortSignal) => {
    const taints = wantedTaints(node, seconds());
    if (!taints) return;
    const { name = '', resourceVersion } = node.metadata ?? {};
    const patch = { kind: 'merge', body: { metadata: { resourceVersion }, spec: { taints } } } as const;
    await api.patch(resources.nodes, { name }, patch, { signal });
  };

  /** Ready of the pods follows the node: lost with it, and given back, where only we took it, when the node returns. */
  const adjustPods = async (node: Node, signal: AbortSignal) => {
    const ready = readiness(node);
    for (const pod of pods.byIndex('node', node.metadata?.name ?? '')) {
      const condition = pod.status?.conditions?.find(({ type }) => type === 'Ready');
      if (ready === 'Unknown' && condition?.status === 'True') await setReady(pod, 'False', signal);
      if (ready === 'True' && condition?.status === 'False' && condition.reason === notReadyReason)
        await setReady(pod, 'True', signal);
    }
  };

  const setReady = async (pod: Pod, status: 'True' | 'False', signal: AbortSignal) => {
    const { namespace, name = '', resourceVersion } = pod.metadata ?? {};
    const reason = status === 'False' ? notReadyReason : null;
    const conditions = [{ type: 'Ready', status, reason, lastTransitionTime: seconds() }];
    const patch = { kind: 'strategic', body: { metadata: { resourceVersion }, status: { conditions } } } as const;
    await api
      .patch(resources.pods, { namespace, name }, patch, { subresource: 'status', signal })
      .catch((error: unknown) => {
        if (!hasCode(error, 'not-found')) throw error;
      });
  };

  return (signal) =>
    runTogether(signal, [
      leases.run,
      async (stop) => {
        if (!(await synced(stop, [nodes, pods, leases]))) return;
        using _leases = leases.subscribe(({ kind, item }) => {
          if (kind === 'put') seen(item.metadata?.name ?? '');
        });
        using _nodes = nodes.subscribe((event) => {
          const name = event.item.metadata?.name ?? '';
          if (event.kind === 'drop') {
            lastSeen.delete(name);
            podsFollow.delete(name);
            return;
          }
          if (!event.before || heartbeat(event.before) !== heartbeat(event.item)) seen(name);
          queue.add(name);
        });
        await queue.run(stop);
      },
    ]);
};

const heartbeat = (node: Node) => node.status?.conditions?.find(({ type }) => type === 'Ready')?.lastHeartbeatTime;
