export { builtInKinds } from './built-in.js';
export { createKindRegistry } from './registry.js';
