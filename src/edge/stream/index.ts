export type { StreamConfig } from './stream-config.js';
export { runTunnel } from './tunnel.js';
