import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { type KubeApi, resources } from '../../kube/index.js';
import { EdgeError, hasCode, type Log, messageOf, readBounded } from '../../lib/index.js';
import {
  type CertificateUsage,
  derOf,
  issueCertificate,
  nodeCommonName,
  nodeOfCertificate,
  readCertificate,
  readRequest,
  verifyToken,
} from '../../wire/index.js';
import type { HubIdentity } from './identity.js';

export interface HttpsOptions {
  readonly identity: HubIdentity;
  readonly kube: Pick<KubeApi, 'get'>;
  /** Days an edge certificate is valid. */
  readonly signingDays: number;
  /** Off: the CSR may name another node than the request's `NodeName` header, as with a Go cloud. */
  readonly bindNames: boolean;
  readonly now: () => Date;
  readonly log: Log;
}

const maxRequestBytes = 1024 * 1024;

/** Port 10002: the CA, edge certificates and the question whether a node exists (facts cloudhub-wire §1.4). Not listening yet. */
export function createHubHttpsServer(options: HttpsOptions): Server {
  const { identity, log } = options;
  const server = createServer(
    {
      key: identity.leaf.keyPem,
      cert: identity.leaf.certificatePem,
      ca: identity.authority.certificatePem,
      minVersion: 'TLSv1.2',
      requestCert: true,
      rejectUnauthorized: false,
      handshakeTimeout: 10_000,
      requestTimeout: 30_000,
      headersTimeout: 10_000,
    },
    (request, response) => {
      answer(options, request, response).catch((error: unknown) => {
        log.warn({ err: error, path: request.url }, 'request failed');
        fail(response, error);
      });
    },
  );
  // A peer that fails its handshake costs its own connection only.
  server.on('tlsClientError', (error) => log.debug({ err: error }, 'TLS handshake failed'));
  return server;
}

async function answer(options: HttpsOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'https://hub').pathname;
  const node = /^\/node\/([^/]+)$/.exec(path)?.[1];
  if (request.method !== 'GET') send(response, 405, 'method not allowed');
  else if (path === '/ca.crt') send(response, 200, options.identity.caDer);
  else if (path === '/edge.crt') send(response, 200, await signEdgeCertificate(options, request));
  else if (node !== undefined) await answerNode(options, decodeURIComponent(node), response);
  else send(response, 404, 'not found');
}

async function signEdgeCertificate(options: HttpsOptions, request: IncomingMessage): Promise<Buffer> {
  const { identity, signingDays, bindNames, now } = options;
  const node = header(request, 'nodename');
  await authenticate(options, request, node);
  const csr = await readRequest(await readBounded(request, maxRequestBytes, 'certificate signing request'));
  if (bindNames && csr.subject.commonName !== nodeCommonName(node)) {
    throw new EdgeError('denied', `certificate request is for ${csr.subject.commonName}, header NodeName says ${node}`);
  }
  const usages = usagesOf(request.headers.extkeyusages);
  return derOf(await issueCertificate(identity.authority, { ...csr, usages, days: signingDays, now: now() }));
}

/** A client certificate decides when there is one, else the bearer token. Throws `denied`. */
async function authenticate(options: HttpsOptions, request: IncomingMessage, node: string): Promise<void> {
  const socket = request.socket as TLSSocket;
  const raw = socket.getPeerCertificate().raw as Buffer | undefined;
  if (raw === undefined) {
    const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer === undefined) throw new EdgeError('denied', 'a token or a client certificate is needed');
    return verifyToken(bearer, options.identity.caKeyDer, options.now());
  }
  const certificate = readCertificate(raw);
  const legacy = certificate.commonName === 'kubeedge.io' && certificate.organizations.includes('KubeEdge');
  if (!socket.authorized || !(legacy || nodeOfCertificate(certificate) === node)) {
    throw new EdgeError('denied', `client certificate does not speak for node ${node}`);
  }
}

/** `ExtKeyUsages` is a JSON array of Go's numbers: 0 any, 1 server, 2 client; client alone unless sent. */
function usagesOf(value: string | string[] | undefined): CertificateUsage[] {
  if (value === undefined) return ['client'];
  let numbers: unknown;
  try {
    numbers = JSON.parse(String(value));
  } catch {
    numbers = undefined;
  }
  if (!Array.isArray(numbers)) throw new EdgeError('invalid', 'header ExtKeyUsages is not a JSON array of numbers');
  const asked = numbers.includes(0) ? [1, 2] : numbers;
  const usages: CertificateUsage[] = [];
  if (asked.includes(1)) usages.push('server');
  if (asked.includes(2)) usages.push('client');
  if (usages.length === 0) throw new EdgeError('invalid', 'header ExtKeyUsages names no usage this cloud signs');
  return usages;
}

async function answerNode(options: HttpsOptions, name: string, response: ServerResponse): Promise<void> {
  try {
    await options.kube.get(resources.nodes, { name });
    send(response, 200, 'Node found');
  } catch (error) {
    if (!hasCode(error, 'not-found')) throw error;
    send(response, 404, 'Node not found');
  }
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  if (typeof value !== 'string' || value === '') throw new EdgeError('denied', 'header NodeName is missing');
  return value;
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const status = hasCode(error, 'denied') ? 401 : hasCode(error, 'too-large') ? 413 : 500;
  // What is not one of our own sentences stays in the log.
  send(response, status, error instanceof EdgeError ? messageOf(error) : 'internal error');
}

function send(response: ServerResponse, status: number, body: Buffer | string): void {
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/octet-stream';
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}
