export type { Kind, KindRegistry, ObjectRules } from './kind.js';
