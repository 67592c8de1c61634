export { defaultEdgeConfigYaml, minEdgeConfigYaml } from './config-templates.js';
export type { EdgeConfig } from './edge-config.js';
export { loadEdgeConfig, type Machine } from './load-edge-config.js';
