export { type CloudConfig, defaultCloudConfigYaml, loadCloudConfig, minCloudConfigYaml } from './config/index.js';
export { type CloudPorts, runCloudcore } from './run-cloudcore.js';
