export { needsAck } from './ack-rule.js';
export { createHubHttpsServer } from './https-server.js';
export { ensureIdentity, type HubIdentity } from './identity.js';
export { createTokenLoop, publishToken } from './join-token.js';
export { type PemPair, readPair } from './pem-pair.js';
export type { NodeSession } from './session.js';
export { createSessionRegistry, type SessionRegistry } from './session-registry.js';
export { createHubWebSocketServer } from './websocket-server.js';
