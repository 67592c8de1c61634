export { celWarnings } from './cel-warnings.js';
export { customKinds } from './custom-kinds.js';
export { completeCustom, customUnknownFields } from './custom-object.js';
export { establishDefinition, isEstablished } from './establish.js';
export { findAll, parseJsonPath } from './json-path.js';
export { validateCustom } from './validate-custom.js';
export { validateDefinition } from './validate-definition.js';
export { compareVersions } from './version-order.js';
