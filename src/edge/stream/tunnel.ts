import { readFile } from 'node:fs/promises';
import { WebSocket } from 'ws';
import { createBackoff, type Log, messageOf, pause } from '../../lib/index.js';
import { tunnelPath, tunnelSocketOptions } from '../../wire/index.js';
import { opened, watchLiveness } from '../hub/index.js';
import type { KubeletAddress, StreamConfig } from './stream-config.js';
import { serveTunnel } from './tunnel-session.js';

const pingIntervalMs = 5000;

/**
 * Keeps the tunnel for logs and metrics open until abort (facts stream-tunnel §3). The server is verified with the CA.
 * Files are read at each dial, so a renewed certificate is used from the next one on.
 */
export async function runTunnel(
  options: {
    readonly config: StreamConfig;
    readonly kubelet: () => KubeletAddress;
    readonly log: Log;
    readonly random?: () => number;
  },
  signal: AbortSignal,
): Promise<void> {
  const { config, kubelet, log, random = Math.random } = options;
  const backoff = createBackoff({ baseMs: 250, maxMs: 2000, jitter: 0.5, random });
  let said = '';
  while (!signal.aborted) {
    try {
      const socket = await dialTunnel(config, signal);
      log.info({ server: config.server }, 'tunnel to the cloud is open');
      said = '';
      backoff.reset();
      const reason = await serveTunnel(socket, { kubelet, log }, signal);
      if (!signal.aborted) log.info({ reason }, 'tunnel to the cloud closed');
    } catch (error) {
      if (signal.aborted) return;
      if (said !== messageOf(error)) log.warn({ err: error }, 'tunnel to the cloud cannot be opened; trying on');
      said = messageOf(error);
    }
    await pause(backoff.next(), signal);
  }
}

async function dialTunnel(config: StreamConfig, signal: AbortSignal): Promise<WebSocket> {
  const [ca, cert, key] = await Promise.all([
    readFile(config.caFile, 'utf8'),
    readFile(config.certFile, 'utf8'),
    readFile(config.keyFile, 'utf8'),
  ]);
  const url = `wss://${config.server}${tunnelPath}`;
  const socket = new WebSocket(url, {
    ...tunnelSocketOptions,
    ca,
    cert,
    key,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    followRedirects: false,
    handshakeTimeout: config.handshakeTimeoutMs,
    headers: {
      SessionHostNameOverride: config.node,
      ...(config.nodeIp === undefined ? {} : { SessionInternalIP: config.nodeIp }),
    },
  });
  await opened(socket, url, signal);
  watchLiveness(socket, pingIntervalMs);
  return socket;
}
