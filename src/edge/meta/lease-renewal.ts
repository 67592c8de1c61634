import type { Lease } from '../../kube/index.js';
import { EdgeError, hasCode } from '../../lib/index.js';
import { createMessage, formatResource, groups, operations, sources } from '../../wire/index.js';
import { readReply } from './reply.js';
import type { Requests } from './requests.js';

/**
 * Renews the node's lease: update of the one last seen, else query, and insert when there is none
 * (facts cloudhub-wire §7). A lease another writer changed is read again once.
 */
export function createLeaseRenewal(options: { readonly requests: Requests; readonly timeoutMs: number }) {
  const { requests, timeoutMs } = options;
  let held: Lease | undefined;

  const ask = async (operation: string, lease: Lease, content: unknown, signal: AbortSignal): Promise<Lease> => {
    const { namespace = 'kube-node-lease', name = '' } = lease.metadata ?? {};
    const resource = formatResource({ namespace, type: 'lease', name });
    const request = createMessage({ source: sources.edged, group: groups.meta, operation, resource, content });
    const answer = readReply(await requests.ask(request, { timeoutMs, signal }));
    if (!answer) throw new EdgeError('unavailable', 'the cloud answered a lease request without the lease');
    return answer as Lease;
  };
  const update = (lease: Lease, current: Lease, signal: AbortSignal) => {
    const metadata = { ...lease.metadata, ...current.metadata };
    return ask(operations.update, lease, { ...lease, metadata, spec: { ...current.spec, ...lease.spec } }, signal);
  };
  const find = async (lease: Lease, signal: AbortSignal): Promise<Lease> => {
    try {
      return await update(lease, await ask(operations.query, lease, null, signal), signal);
    } catch (error) {
      if (!hasCode(error, 'not-found')) throw error;
      return ask(operations.insert, lease, lease, signal);
    }
  };
  return async (lease: Lease, signal: AbortSignal): Promise<void> => {
    try {
      held = held ? await update(lease, held, signal) : await find(lease, signal);
    } catch (error) {
      const stale = held !== undefined && hasCode(error, 'conflict', 'not-found');
      held = undefined;
      if (!stale) throw error;
      held = await find(lease, signal);
    }
  };
}
