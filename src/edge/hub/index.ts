export type { CloudConnection } from './connection.js';
export { opened } from './dial.js';
export { type HubOptions, runHub } from './hub.js';
export type { HubConfig } from './hub-config.js';
export type { Identity } from './identity.js';
export { watchLiveness } from './liveness.js';
