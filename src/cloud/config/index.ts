export { loadCloudConfig } from './load-config.js';
export { defaultCloudConfigYaml, minCloudConfigYaml } from './print-config.js';
export type { CloudConfig } from './schema.js';
