export { type ClusterView, createClusterView } from './cluster-view.js';
export { reconcile, startDownstream } from './downstream.js';
export { createNodeScope, openScope } from './node-scope.js';
export { createUpstream } from './upstream/dispatch.js';
