export { bridgeConflist } from './bridge-conflist.js';
export { type BusyboxImage, buildBusyboxImage, pauseCommand } from './busybox-image.js';
export { type ContainerdConfig, containerdConfig, type RuntimeHandler } from './containerd-config.js';
export { type ContainerdBinaries, findCniBinDir, findContainerdBinaries } from './find-binaries.js';
export { importImage } from './import-image.js';
export { type PurgeOptions, purgeContainerd } from './purge-containerd.js';
export { type PrivateContainerd, type StartContainerd, startContainerd } from './start-containerd.js';
