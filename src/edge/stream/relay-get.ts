import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { EdgeError, messageOf } from '../../lib/index.js';
import type { TunnelConnector } from '../../wire/index.js';
import type { KubeletAddress } from './stream-config.js';

const hopByHop = new Set([
  'connection',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
]);

/**
 * The body of a GET on edged's kubelet API, whatever status it has (facts stream-tunnel §7): path, query and headers are
 * the connector's, the address is ours. Without credentials, which are the caller's and nothing here needs, and
 * without compression, which the cloud would not announce. No deadline: a followed log has none.
 */
export async function* relayGet(
  connector: TunnelConnector,
  kubelet: KubeletAddress,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const outgoing = request({
    host: kubelet.address,
    port: kubelet.port,
    method: 'GET',
    path: `${connector.url.pathname}${connector.url.search}`,
    headers: forwarded(connector.headers),
    agent: false,
    signal,
  });
  outgoing.end();
  try {
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    // Faults after the head reach the reader of the body.
    outgoing.on('error', () => {});
    for await (const chunk of response) yield chunk as Buffer;
  } catch (error) {
    throw new EdgeError('unavailable', `edged at ${kubelet.address}:${kubelet.port} failed: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    outgoing.destroy();
  }
}

function forwarded(headers: TunnelConnector['headers']): Record<string, string[]> {
  const kept = Object.entries(headers)
    .filter(([name]) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
    .filter(([name]) => !hopByHop.has(name.toLowerCase()) && !/^(authorization|accept-encoding|cookie)$/i.test(name))
    .map(([name, values]): [string, string[]] => [name, values.map((value) => value.replace(/[^\t\x20-\x7e]/g, ''))]);
  return { ...Object.fromEntries(kept), 'accept-encoding': ['identity'] };
}
