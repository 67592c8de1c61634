export { customKinds } from './custom-kinds.js';
export type { Definition } from './definition.js';
export { compareVersions } from './version-order.js';
