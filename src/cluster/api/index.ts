export type { Api } from './call.js';
export { followDefinitions, loadDefinitions } from './definitions.js';
export { createLogClient } from './log-client.js';
export { createRequestHandler, type HandlerOptions } from './server.js';
