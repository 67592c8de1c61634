import { EdgeError, messageOf } from '../../lib/index.js';
import { caHash, parseToken, pemOf, readCertificate } from '../../wire/index.js';
import { createEdgeRequest } from './edge-request.js';
import { httpsGet } from './https-get.js';
import type { HubConfig } from './hub-config.js';
import { belongsTo, type Identity } from './identity.js';

const requestTimeoutMs = 30_000;

/**
 * The first join (facts cloudhub-wire §1.5): the CA over an unverified connection, believed only when its hash is
 * the token's; then, verified by it, a certificate for a new key. Throws `invalid` for a malformed token,
 * `denied` when the cloud refuses it or is another cloud than the token's, `unavailable` when to try again.
 */
export async function joinCloud(config: HubConfig, signal: AbortSignal): Promise<Identity> {
  if (config.token.trim() === '') {
    throw new EdgeError(
      'invalid',
      'modules.edgeHub.token is empty and there is no certificate; get a token with: keadm gettoken',
    );
  }
  const token = parseToken(config.token);
  const caDer = await httpsGet({
    url: `${config.httpServer}/ca.crt`,
    tls: { rejectUnauthorized: false },
    timeoutMs: requestTimeoutMs,
    signal,
  });
  if (caHash(caDer) !== token.caHash) {
    throw new EdgeError(
      'denied',
      `the CA of ${config.httpServer} is not the one modules.edgeHub.token was made for; check modules.edgeHub.httpServer, or get a new token with: keadm gettoken`,
    );
  }
  return requestCertificate(config, pemOf('CERTIFICATE', caDer), { token: token.jwt }, signal);
}

/** A new key and certificate, on the strength of a token or of the certificate held (facts cloudhub-wire §1.4, §1.6). */
export async function requestCertificate(
  config: HubConfig,
  ca: string,
  proof: { readonly token: string } | Pick<Identity, 'cert' | 'key'>,
  signal: AbortSignal,
): Promise<Identity> {
  const { csrDer, keyPem } = createEdgeRequest(config.node);
  const held = 'token' in proof ? {} : { cert: proof.cert, key: proof.key };
  const der = await httpsGet({
    url: `${config.httpServer}/edge.crt`,
    headers: { NodeName: config.node, ...('token' in proof ? { Authorization: `Bearer ${proof.token}` } : {}) },
    body: csrDer,
    tls: { ca, ...held, rejectUnauthorized: true },
    timeoutMs: requestTimeoutMs,
    signal,
  });
  const identity = { ca, cert: certificateText(config.httpServer, der), key: keyPem };
  if (!belongsTo(config.node, identity)) {
    throw new EdgeError(
      'denied',
      `${config.httpServer} issued a certificate that is not for node ${config.node} and its key`,
    );
  }
  return identity;
}

function certificateText(server: string, der: Buffer): string {
  try {
    return pemOf('CERTIFICATE', readCertificate(der).der);
  } catch (error) {
    throw new EdgeError('unavailable', `${server} answered with no certificate: ${messageOf(error)}`, { cause: error });
  }
}
