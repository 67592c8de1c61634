export { type AsyncQueue, createAsyncQueue } from './async-queue.js';
export { writeFileAtomic } from './atomic-file.js';
export { type Backoff, createBackoff } from './backoff.js';
export { readBounded } from './bounded-read.js';
export { EdgeError, type ErrorCode, hasCode, messageOf, unreachable } from './errors.js';
export { createHeap, type Heap } from './heap.js';
export { aborted, childOf, type Loop, pause, runTogether } from './lifecycle.js';
export { createLog, type Log, silentLog } from './log.js';
export { compareQuantity, formatQuantity, parseQuantity } from './quantity.js';
