import type { KubeObject } from '../kube/index.js';
import type { Log } from '../lib/index.js';
import { extensions, type Message, operations } from '../wire/index.js';
import { type ClusterView, reconcile } from './edge-controller/index.js';
import type { NodeSession, SessionRegistry } from './hub/index.js';
import { type Ledger, refOf } from './sync/index.js';

/** Notes that an object is on its way to a node. */
export function noteSending(ledger: Ledger, node: string, message: Message): void {
  const ref = message.operation === operations.delete ? undefined : refOf(message.content);
  if (ref) ledger.begin(node, ref);
}

/** Notes that a node has stored, or dropped, an object. */
export function noteAcked(ledger: Ledger, node: string, message: Message): void {
  const { metadata } = message.content as KubeObject;
  const ref = refOf(message.content);
  if (message.operation === operations.delete) ledger.remove(node, metadata?.uid ?? '');
  else if (ref) ledger.acked(node, ref, message.resourceVersion ?? metadata?.resourceVersion ?? '0');
}

/** Brings a node that has just connected up to date, once the cluster and the books are known. */
export function catchUp(
  session: NodeSession,
  context: { view: ClusterView; ledger: Ledger; sessions: SessionRegistry; known: Promise<unknown>; log: Log },
): void {
  const { view, ledger, sessions, known, log } = context;
  const compare = async () => {
    await known;
    if (sessions.get(session.node) !== session) return;
    if (session.extensions.has(extensions.emptyStore)) ledger.removeNode(session.node);
    reconcile(session, { view, ledger });
  };
  compare().catch((error: unknown) => {
    log.error({ err: error, node: session.node }, 'node could not be brought up to date');
    session.close('catching up failed');
  });
}
