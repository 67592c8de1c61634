export { hasCapability } from './capabilities.js';
export { type ContainerdRuntime, openContainerd } from './open-containerd.js';
