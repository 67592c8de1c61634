export { followSyncObjects } from './follow.js';
export { ensureDefinitions } from './install-crds.js';
export { createLedger, type Ledger } from './ledger.js';
export { createLedgerWriter } from './ledger-writer.js';
export { type ObjectRef, refOf } from './sync-types.js';
