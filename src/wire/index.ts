export { nodeOfCertificate, readCertificate } from './certificate-facts.js';
export { createEdgeRequest, readRequest } from './certificate-request.js';
export {
  type Authority,
  type CertificateOptions,
  type CertificateUsage,
  createAuthority,
  issueCertificate,
  issuePair,
  publicKeyOf,
} from './certificates.js';
export { ackOf, createMessage, type MessageFields, replyTo } from './create-message.js';
export { createKey, derOf, pemOf, privateKeyDer, privateKeyPem, readPrivateKey } from './keys.js';
export type { Link } from './link.js';
export { linkPair } from './link-pair.js';
export type { Message } from './message.js';
export {
  defaultProjectId,
  extensions,
  extensionsHeader,
  groups,
  nodeCommonName,
  nodeOrganization,
  operations,
  parseExtensions,
  sources,
  tunnelPath,
} from './names.js';
export { formatQueryError, parseQueryError } from './query-error.js';
export { formatResource, parseResource } from './resource.js';
export { caHash, createToken, parseToken, verifyToken } from './token.js';
export { decodeConnector, encodeConnector, type TunnelConnector } from './tunnel-connector.js';
export {
  decodeFrame,
  encodeFrame,
  frameTypes,
  type TunnelFrame,
  tunnelSocketOptions,
} from './tunnel-frame.js';
export { webSocketOptions, websocketLink } from './websocket-link.js';
