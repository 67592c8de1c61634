export { builtInKinds } from './built-in.js';
export { createObjectRules } from './object-rules.js';
export { createKindRegistry } from './registry.js';
