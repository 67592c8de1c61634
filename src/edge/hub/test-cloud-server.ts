import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { readBounded } from '../../lib/index.js';
import {
  type Authority,
  createAuthority,
  createToken,
  derOf,
  issueCertificate,
  issuePair,
  type Link,
  privateKeyDer,
  readRequest,
  webSocketOptions,
  websocketLink,
} from '../../wire/index.js';

/** The two servers of a cloud on loopback, with its own CA; certificates live `certificateSeconds`. */
export interface CloudServer extends AsyncDisposable {
  readonly authority: Authority;
  readonly token: string;
  readonly httpServer: string;
  readonly server: string;
  /** Upgrade requests in order. */
  readonly upgrades: IncomingMessage[];
  /** The next link an edge opens. */
  nextLink(): Promise<Link>;
  /** Requests for `/edge.crt` in order, with the CN of the client certificate if any. */
  readonly requests: { readonly authorization: string | undefined; readonly client: string | undefined }[];
  /** From now on `/edge.crt` answers so; undefined issues certificates again. */
  refuse: number | undefined;
  stop(): Promise<void>;
}

export async function startCloudServer(
  options: { authority?: Authority; port?: number; days?: number } = {},
): Promise<CloudServer> {
  const authority = options.authority ?? (await createAuthority({ commonName: 'KubeEdge' }));
  const leaf = await issuePair(authority, {
    subject: { commonName: 'KubeEdge', organizations: ['KubeEdge'] },
    usages: ['server'],
    ipAddresses: ['127.0.0.1'],
    days: 10,
  });
  const tls = { cert: leaf.certificatePem, key: leaf.keyPem, ca: authority.certificatePem, requestCert: true };
  const caDer = derOf(authority.certificatePem);
  const requests: CloudServer['requests'] = [];
  const upgrades: IncomingMessage[] = [];
  const waiting: ((link: Link) => void)[] = [];
  const links: Link[] = [];
  const cloud = { refuse: undefined as number | undefined };

  const https = createServer({ ...tls, rejectUnauthorized: false }, async (request, response) => {
    if (request.url === '/ca.crt') return void response.end(caDer);
    const peer = (
      request.socket as unknown as { getPeerCertificate(): { subject?: { CN?: string } } }
    ).getPeerCertificate();
    requests.push({ authorization: request.headers.authorization, client: peer.subject?.CN });
    const body = await readBounded(request, 1 << 20, 'csr');
    if (cloud.refuse !== undefined) return void response.writeHead(cloud.refuse).end('no');
    const { publicKey, subject } = await readRequest(body);
    const pem = await issueCertificate(authority, { subject, usages: ['client'], days: options.days ?? 10, publicKey });
    response.end(derOf(pem));
  });
  const wss = createServer({ ...tls, rejectUnauthorized: true, minVersion: 'TLSv1.2' });
  const hub = new WebSocketServer({ server: wss, ...webSocketOptions });
  hub.on('connection', (socket, request) => {
    upgrades.push(request);
    const link = websocketLink(socket, String(request.headers.node_id));
    const taker = waiting.shift();
    if (taker) taker(link);
    else links.push(link);
  });
  const [httpsPort, wssPort] = [await listen(https, 0), await listen(wss, options.port ?? 0)];
  const stop = async () => {
    for (const socket of hub.clients) socket.terminate();
    for (const server of [https, wss]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };
  return Object.assign(cloud, {
    authority,
    token: await createToken({
      caDer,
      caKeyDer: privateKeyDer(authority.keyPem),
      expiresAt: new Date(Date.now() + 3_600_000),
    }),
    httpServer: `https://127.0.0.1:${httpsPort}`,
    server: `127.0.0.1:${wssPort}`,
    upgrades,
    requests,
    nextLink: () =>
      new Promise<Link>((resolve) => {
        const link = links.shift();
        if (link) resolve(link);
        else waiting.push(resolve);
      }),
    stop,
    [Symbol.asyncDispose]: stop,
  });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
