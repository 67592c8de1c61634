export { createDiscovery } from './discovery.js';
