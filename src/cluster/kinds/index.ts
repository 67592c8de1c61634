export { createObjectRules } from './object-rules.js';
export { createKindRegistry } from './registry.js';
