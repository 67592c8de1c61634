import type { ConfigMap, KubeObject, Node, Pod, Secret } from '../../kube/index.js';
import type { NodeSession, SessionRegistry } from '../hub/index.js';
import { compareVersions } from '../object-version.js';
import type { Ledger } from '../sync/index.js';
import { type ClusterView, podIndexes } from './cluster-view.js';
import { objectMessage, orphanMessage } from './object-message.js';
import { isRelevantNodeChange, isRelevantPodChange } from './relevant-change.js';

export interface DownstreamOptions {
  readonly view: ClusterView;
  readonly sessions: Pick<SessionRegistry, 'get' | 'nodes'>;
  readonly ledger: Ledger;
}

/**
 * Sends what changes in the cluster to the connected nodes it concerns, at once (facts cloudhub-wire §8.2).
 * Nodes that are away get it when they connect: nothing is queued for them.
 */
export function startDownstream({ view, sessions, ledger }: DownstreamOptions): Disposable {
  const pods = view.pods.subscribe((event) => {
    const session = sessions.get(event.item.spec?.nodeName ?? '');
    if (session === undefined) return;
    if (event.kind === 'drop') session.send(objectMessage('delete', event.item));
    else if (event.before === undefined || bindsNow(event.before) || isRelevantPodChange(event.before, event.item)) {
      sendPod(session, event.item, ledger);
    }
  });
  const nodes = view.nodes.subscribe((event) => {
    const name = event.item.metadata?.name ?? '';
    if (event.kind === 'drop') {
      ledger.removeNode(name);
      sessions.get(name)?.close('the Node object was deleted');
    } else if (event.before === undefined || isRelevantNodeChange(event.before, event.item)) {
      const session = sessions.get(name);
      if (session) sendNode(session, event.item, ledger);
    }
  });
  const shared = (index: string) => (event: { kind: 'put' | 'drop'; item: ConfigMap | Secret }) => {
    const { uid = '', namespace, name } = event.item.metadata ?? {};
    const readers = readersOf(view, index, `${namespace}/${name}`);
    for (const node of sessions.nodes()) {
      const session = sessions.get(node);
      const known = ledger.version(node, uid) !== undefined;
      if (session === undefined || !(known || readers.has(node))) continue;
      // A node whose pods are gone has no business with the new content: what it keeps is taken away.
      if (event.kind === 'drop' || !readers.has(node)) session.send(objectMessage('delete', withoutData(event.item)));
      else sendShared(session, event.item, ledger);
    }
  };
  const configMaps = view.configMaps.subscribe(shared(podIndexes.configMap));
  const secrets = view.secrets.subscribe(shared(podIndexes.secret));
  return {
    [Symbol.dispose]() {
      for (const subscription of [pods, nodes, configMaps, secrets]) subscription[Symbol.dispose]();
    },
  };
}

/** Sends a connecting node what it misses and takes back what is gone, from what it has acked before. */
export function reconcile(session: NodeSession, { view, ledger }: Omit<DownstreamOptions, 'sessions'>): void {
  const { node } = session;
  const own = view.nodes.get(node);
  const pods = view.pods.byIndex(podIndexes.node, node);
  const wanted = new Set([own, ...pods].map((object) => object?.metadata?.uid));
  for (const entry of ledger.entries(node)) {
    if (wanted.has(entry.uid)) continue;
    const key = `${entry.namespace}/${entry.name}`;
    if (entry.kind === 'Node') ledger.remove(node, entry.uid);
    else if (entry.kind === 'Pod') session.send(orphanMessage(entry));
    else if (entry.kind === 'ConfigMap' || entry.kind === 'Secret') {
      const [informer, index] =
        entry.kind === 'ConfigMap' ? [view.configMaps, podIndexes.configMap] : [view.secrets, podIndexes.secret];
      const present = informer.get(key);
      const usable = present?.metadata?.uid === entry.uid && readersOf(view, index, key).has(node);
      if (!usable) session.send(orphanMessage(entry));
      else sendShared(session, present, ledger);
    }
  }
  if (own) sendNode(session, own, ledger);
  for (const pod of pods) sendPod(session, pod, ledger);
}

function sendPod(session: NodeSession, pod: Pod, ledger: Ledger): void {
  const recorded = ledger.version(session.node, pod.metadata?.uid ?? '');
  const deleting = pod.metadata?.deletionTimestamp !== undefined;
  if (!deleting && !isNewer(pod, recorded)) return;
  session.send(objectMessage(recorded === undefined && !deleting ? 'insert' : 'update', pod));
}

function sendNode(session: NodeSession, node: Node, ledger: Ledger): void {
  if (isNewer(node, ledger.version(session.node, node.metadata?.uid ?? '')))
    session.send(objectMessage('update', node));
}

function sendShared(session: NodeSession, object: ConfigMap | Secret, ledger: Ledger): void {
  const recorded = ledger.version(session.node, object.metadata?.uid ?? '');
  if (!isNewer(object, recorded)) return;
  // Secrets go as updates even when they are new (facts cloudhub-wire §3.6).
  const operation = recorded === undefined && object.kind === 'ConfigMap' ? 'insert' : 'update';
  session.send(objectMessage(operation, object));
}

const isNewer = (object: KubeObject, recorded: string | undefined) =>
  recorded === undefined || compareVersions(object.metadata?.resourceVersion, recorded) > 0;

const bindsNow = (before: Pod) => !before.spec?.nodeName;

function readersOf(view: ClusterView, index: string, key: string): Set<string> {
  return new Set(view.pods.byIndex(index, key).map((pod) => pod.spec?.nodeName ?? ''));
}

function withoutData(object: ConfigMap | Secret): KubeObject {
  const { apiVersion, kind, metadata } = object;
  return { ...(apiVersion ? { apiVersion } : {}), ...(kind ? { kind } : {}), ...(metadata ? { metadata } : {}) };
}
