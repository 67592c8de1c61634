export { type Meta, type MetaOptions, openMeta } from './meta.js';
