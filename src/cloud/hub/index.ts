export { createHubHttpsServer } from './https-server.js';
export { ensureIdentity, type HubIdentity } from './identity.js';
export { createTokenLoop, publishToken } from './join-token.js';
export { readPair } from './pem-pair.js';
export type { NodeSession } from './session.js';
export { createSessionRegistry, type SessionRegistry } from './session-registry.js';
export { createHubWebSocketServer } from './websocket-server.js';
