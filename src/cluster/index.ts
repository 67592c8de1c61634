export { runCluster } from './cluster.js';
export type { Kind, KindRegistry, ObjectRules } from './kind.js';
export type { ClusterOptions } from './serve-cluster.js';
