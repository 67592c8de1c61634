export { defaultEdgeConfigYaml, type EdgeConfig, loadEdgeConfig, minEdgeConfigYaml } from './config/index.js';
export { type EdgecoreDependencies, runEdgecore } from './edgecore.js';
export { refuseKubelet } from './environment.js';
