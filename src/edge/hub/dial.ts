import { WebSocket } from 'ws';
import { EdgeError, messageOf } from '../../lib/index.js';
import { extensions, extensionsHeader, webSocketOptions, websocketLink } from '../../wire/index.js';
import type { CloudConnection } from './connection.js';
import { isCertificateFault } from './https-get.js';
import type { HubConfig } from './hub-config.js';
import type { Identity } from './identity.js';
import { watchLiveness } from './liveness.js';

/**
 * Dials the cloud (facts cloudhub-wire §2.1): mutual TLS, the three headers by which it knows us. Throws
 * `unavailable` when nobody answers, `denied` when a certificate is not believed or the upgrade is refused.
 */
export async function dialCloud(config: HubConfig, identity: Identity, signal: AbortSignal): Promise<CloudConnection> {
  const url = `wss://${config.server}/${config.projectId}/${config.node}/events`;
  const socket = new WebSocket(url, {
    ...webSocketOptions,
    ...identity,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    followRedirects: false,
    handshakeTimeout: config.handshakeTimeoutMs,
    headers: {
      node_id: config.node,
      project_id: config.projectId,
      // Without it a Go cloud never reads the socket.
      ConnectionUse: 'msg',
      [extensionsHeader]: extensions.pipelinedAcks,
    },
  });
  await opened(socket, url, signal);
  const { barrier } = watchLiveness(socket);
  return { link: websocketLink(socket, config.node), barrier };
}

/** Settles when the handshake is done; on abort or a fault the socket is gone. */
export async function opened(socket: WebSocket, url: string, signal: AbortSignal): Promise<void> {
  let stop = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      stop = () => {
        reject(new EdgeError('unavailable', `dialling ${url} was stopped`));
        socket.terminate();
      };
      socket.once('open', resolve);
      // Stays: a socket that is torn down may fault more than once.
      socket.on('error', (error) => reject(dialFault(url, error)));
      socket.once('unexpected-response', (request, response) => {
        request.destroy();
        reject(new EdgeError('denied', `${url} answered the upgrade with ${response.statusCode}`));
      });
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function dialFault(url: string, error: Error & { code?: string }): EdgeError {
  if (isCertificateFault(error)) {
    return new EdgeError('denied', `TLS with ${url} failed: ${messageOf(error)}`, { cause: error });
  }
  return new EdgeError('unavailable', `${url} cannot be reached: ${error.code ?? messageOf(error)}`, { cause: error });
}
