import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import type { Log } from '../../lib/index.js';
import { nodeOfCertificate, readCertificate, tunnelPath, tunnelSocketOptions } from '../../wire/index.js';
import { createTunnel, type Tunnel } from './tunnel.js';

export interface TunnelServerOptions {
  readonly tls: { readonly keyPem: string; readonly certificatePem: string; readonly caPem: string };
  /** A tunnel belongs to the node its certificate names. */
  readonly bindNames: boolean;
  readonly onTunnel: (tunnel: Tunnel) => void;
  readonly log: Log;
}

/** The connected tunnels by node name, the newest of a node wins. */
export interface TunnelServer {
  readonly server: Server;
  get(node: string): Tunnel | undefined;
  close(): void;
}

/** Port 10004: edges dial in with their certificate (facts stream-tunnel §3). Not listening yet. */
export function createTunnelServer({ tls, bindNames, onTunnel, log }: TunnelServerOptions): TunnelServer {
  const tunnels = new Map<string, Tunnel>();
  const sockets = new WebSocketServer({ noServer: true, clientTracking: false, ...tunnelSocketOptions });
  const server = createServer({
    key: tls.keyPem,
    cert: tls.certificatePem,
    ca: tls.caPem,
    minVersion: 'TLSv1.2',
    requestCert: true,
    rejectUnauthorized: true,
    handshakeTimeout: 10_000,
    headersTimeout: 10_000,
    requestTimeout: 10_000,
  });
  const register = (tunnel: Tunnel) => {
    tunnels.get(tunnel.node)?.close('replaced by a newer tunnel of this node');
    tunnels.set(tunnel.node, tunnel);
    onTunnel(tunnel);
    const forget = () => {
      if (tunnels.get(tunnel.node) === tunnel) tunnels.delete(tunnel.node);
    };
    tunnel.closed.then(forget, forget);
  };

  server.on('tlsClientError', (error) => log.debug({ err: error }, 'TLS handshake failed'));
  server.on('request', (_request, response) => response.writeHead(426).end());
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', (error) => log.debug({ err: error }, 'tunnel socket failed'));
    const node = nodeOf(request, bindNames);
    if (node === undefined) {
      log.warn({ peer: request.socket.remoteAddress }, 'tunnel refused: path, node name and certificate do not agree');
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (upgraded) => {
      register(createTunnel({ socket: upgraded, node, log: log.child({ node }) }));
    });
  });
  return {
    server,
    get: (node) => tunnels.get(node),
    close() {
      for (const tunnel of tunnels.values()) tunnel.close('cloudcore stops');
    },
  };
}

function nodeOf(request: IncomingMessage, bindNames: boolean): string | undefined {
  // Edges of v1.4 to v1.6 spelt the header with one r.
  const node = request.headers.sessionhostnameoverride ?? request.headers.sessionhostnameoveride;
  if (typeof node !== 'string' || node === '') return undefined;
  const [path = ''] = (request.url ?? '').split('?');
  if (path.replace(/\/$/, '') !== tunnelPath) return undefined;
  const { raw } = (request.socket as TLSSocket).getPeerCertificate();
  return !bindNames || nodeOfCertificate(readCertificate(raw)) === node ? node : undefined;
}
