export { defaultEdgeConfigYaml, minEdgeConfigYaml } from './config-templates.js';
export type { EdgeConfig } from './edge-config.js';
export { loadEdgeConfig } from './load-edge-config.js';
export type { Machine } from './machine.js';
