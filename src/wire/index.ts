export { type CertificateFacts, nodeOfCertificate, readCertificate } from './certificate-facts.js';
export { type CertificateRequest, createEdgeRequest, readRequest } from './certificate-request.js';
export {
  type Authority,
  type CertificateOptions,
  type CertificateUsage,
  createAuthority,
  issueCertificate,
  issuePair,
  publicKeyOf,
  type Subject,
} from './certificates.js';
export { ackOf, createMessage, type MessageFields, replyTo } from './create-message.js';
export { createKey, derOf, pemOf, privateKeyDer, privateKeyPem, readPrivateKey } from './keys.js';
export type { Link } from './link.js';
export { linkPair } from './link-pair.js';
export type { Message } from './message.js';
export { decodeMessage, encodeMessage, maxMessageBytes } from './message-codec.js';
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
export { formatQueryError, parseQueryError, type QueryError } from './query-error.js';
export { formatResource, nodeOf, parseResource, type ResourcePath, withNode, withoutNode } from './resource.js';
export { caHash, createToken, parseToken, verifyToken } from './token.js';
export { decodeConnector, encodeConnector, type TunnelConnector } from './tunnel-connector.js';
export {
  decodeFrame,
  encodeFrame,
  frameTypes,
  maxFramePayload,
  type TunnelFrame,
  tunnelSocketOptions,
} from './tunnel-frame.js';
export { type WebSocketLinkOptions, webSocketOptions, websocketLink } from './websocket-link.js';
