export type { ObjectReader, PodIdentity, PodSource, StatusSink, TokenRequest } from './ports.js';
