import { type KubeApi, type Node, resources } from '../../kube/index.js';
import { createBackoff, EdgeError, type Log, messageOf, pause } from '../../lib/index.js';
import { waitForObject } from './wait-for-object.js';

/**
 * Repeats a cheap question (a connect, a health endpoint) until it is answered: for programs that
 * have no other way to tell that they listen. Throws `timeout` with the last answer.
 */
export async function untilAnswered<T>(what: string, ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const backoff = createBackoff({ baseMs: 25, maxMs: 500, factor: 1.5 });
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      await pause(backoff.next(), signal);
      if (signal.aborted) {
        throw new EdgeError('timeout', `${what} did not answer in time: ${messageOf(error)}`, { cause: error });
      }
    }
  }
}

/** The join token, once cloudcore has published it (facts cloudhub-wire §1.4). */
export async function joinToken(api: KubeApi, log: Log, signal: AbortSignal): Promise<string> {
  const key = { namespace: 'kubeedge', name: 'tokensecret' };
  const hasToken = (secret: { data?: { [name: string]: string } }) => Boolean(secret.data?.tokendata);
  const secret = await waitForObject(api, resources.secrets, key, hasToken, { log, signal });
  return Buffer.from(secret.data?.tokendata ?? '', 'base64').toString('utf8');
}

/**
 * Settles when the node has reported Ready after `since` (a state from an earlier run does not count) and the
 * control plane has opened it for pods.
 */
export async function nodeReady(api: KubeApi, name: string, since: Date, log: Log, signal: AbortSignal): Promise<Node> {
  const isReady = (node: Node) =>
    !node.spec?.taints?.some(({ key }) => key === 'node.kubernetes.io/not-ready') &&
    (node.status?.conditions?.some(
      ({ type, status, lastHeartbeatTime }) =>
        type === 'Ready' &&
        status === 'True' &&
        new Date((lastHeartbeatTime as string | undefined) ?? 0).getTime() >= Math.floor(since.getTime() / 1000) * 1000,
    ) ??
      false);
  return waitForObject(api, resources.nodes, { name }, isReady, { log, signal });
}
