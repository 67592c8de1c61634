export { type Channel, type Method, openChannel } from './channel.js';
export { connectRuntime } from './connect-runtime.js';
export { createFakeRuntime, type FakeRuntime, type FakeRuntimeOptions } from './fake/fake-runtime.js';
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
