export type { Entry, StoreEvent } from './entry.js';
export type { ListQuery, ListResult } from './history.js';
export { type ObjectStore, openStore } from './object-store.js';
