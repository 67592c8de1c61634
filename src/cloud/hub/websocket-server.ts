import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import { EdgeError, hasCode, type Log, messageOf } from '../../lib/index.js';
import {
  extensions,
  extensionsHeader,
  nodeCommonName,
  nodeOfCertificate,
  parseExtensions,
  readCertificate,
  webSocketOptions,
  websocketLink,
} from '../../wire/index.js';
import type { HubIdentity } from './identity.js';
import type { SessionRegistry } from './session-registry.js';

export interface WebSocketServerOptions {
  readonly identity: HubIdentity;
  readonly sessions: SessionRegistry;
  /** A node may connect under the name in its certificate only (facts cloudhub-wire §1.7). */
  readonly bindNames: boolean;
  readonly log: Log;
}

const granted: readonly string[] = Object.values(extensions);

/** Port 10000: mutual TLS, identity from the headers (facts cloudhub-wire §2.1). Not listening yet. */
export function createHubWebSocketServer(options: WebSocketServerOptions): Server {
  const { identity, sessions, log } = options;
  const sockets = new WebSocketServer({ noServer: true, clientTracking: false, ...webSocketOptions });
  const server = createServer({
    key: identity.leaf.keyPem,
    cert: identity.leaf.certificatePem,
    ca: identity.authority.certificatePem,
    minVersion: 'TLSv1.2',
    requestCert: true,
    rejectUnauthorized: true,
    handshakeTimeout: 10_000,
    headersTimeout: 10_000,
    requestTimeout: 10_000,
  });
  sockets.on('headers', (headers, request) => {
    const offered = offeredBy(request);
    if (offered.size > 0) headers.push(`${extensionsHeader}: ${[...offered].join(', ')}`);
  });
  server.on('tlsClientError', (error) => log.debug({ err: error }, 'TLS handshake failed'));
  server.on('request', (_request, response) => response.writeHead(426).end());
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', (error) => log.debug({ err: error }, 'socket failed'));
    try {
      const node = nodeOfRequest(options, request);
      sockets.handleUpgrade(request, socket, head, (upgraded) => {
        sessions.open(websocketLink(upgraded, node), offeredBy(request));
      });
    } catch (error) {
      log.warn({ err: error, peer: request.socket.remoteAddress }, 'connection refused');
      refuse(socket, error);
    }
  });
  return server;
}

/** Throws `invalid` for missing headers, `denied` for a foreign certificate, `unavailable` above the node limit. */
function nodeOfRequest(options: WebSocketServerOptions, request: IncomingMessage): string {
  const node = request.headers.node_id;
  if (typeof node !== 'string' || node === '') throw new EdgeError('invalid', 'header node_id is missing');
  if (request.headers.connectionuse !== 'msg') throw new EdgeError('invalid', 'header ConnectionUse is not msg');
  const { raw } = (request.socket as TLSSocket).getPeerCertificate();
  const certificate = readCertificate(raw);
  if (options.bindNames && nodeOfCertificate(certificate) !== node) {
    throw new EdgeError(
      'denied',
      `certificate ${certificate.commonName} does not speak for node ${node}; it must be ${nodeCommonName(node)}`,
    );
  }
  if (!options.sessions.admits(node)) throw new EdgeError('unavailable', 'node limit is reached');
  return node;
}

function offeredBy(request: IncomingMessage): Set<string> {
  const offered = parseExtensions(String(request.headers[extensionsHeader] ?? ''));
  return new Set([...offered].filter((word) => granted.includes(word)));
}

function refuse(socket: Duplex, error: unknown): void {
  const status = hasCode(error, 'denied')
    ? '403 Forbidden'
    : hasCode(error, 'unavailable')
      ? '503 Busy'
      : '400 Bad Request';
  const body = error instanceof EdgeError ? messageOf(error) : 'bad request';
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
