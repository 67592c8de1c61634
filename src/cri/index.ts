export type {
  CallOptions,
  ExecResult,
  Finding,
  Runtime,
  RuntimeEvent,
  RuntimeEvents,
  RuntimePreflight,
  StreamRequest,
} from './runtime.js';
