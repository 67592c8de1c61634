import { type KubeApi, resources } from '../../kube/index.js';
import { createBackoff, hasCode, type Log, pause } from '../../lib/index.js';

/**
 * Tells the API server where this node's kubelet API is: at the stream port of this cloud. A node that is not
 * registered yet gets the port with its registration. Tried until it works or `signal` aborts.
 */
export async function writeKubeletPort(options: {
  readonly kube: Pick<KubeApi, 'patch'>;
  readonly node: string;
  readonly port: number;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { kube, node, port, log, signal } = options;
  const backoff = createBackoff({ baseMs: 200, maxMs: 20_000, jitter: 0.3 });
  const body = { status: { daemonEndpoints: { kubeletEndpoint: { Port: port } } } };
  while (!signal.aborted) {
    try {
      await kube.patch(resources.nodes, { name: node }, { kind: 'merge', body }, { subresource: 'status', signal });
      return;
    } catch (error) {
      if (hasCode(error, 'not-found') || signal.aborted) return;
      log.debug({ err: error, node }, 'kubelet port could not be written, trying again');
      await pause(backoff.next(), signal);
    }
  }
}
