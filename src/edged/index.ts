export type { EdgedConfig } from './edged-config.js';
export type { ObjectReader, PodIdentity, PodSource, StatusSink, TokenRequest } from './ports.js';
export { type EdgedDeps, runEdged } from './run-edged.js';
