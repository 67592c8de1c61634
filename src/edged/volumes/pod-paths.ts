import { join } from 'node:path';

/** Where a pod's files are below the root folder (facts kubelet-on-cri §6). */
export const podFolder = (root: string, uid: string) => join(root, 'pods', uid);

export const volumeFolder = (root: string, uid: string, plugin: string, name: string) =>
  join(podFolder(root, uid), 'volumes', `kubernetes.io~${plugin}`, name);

export const subPathTarget = (root: string, uid: string, volume: string, container: string, index: number) =>
  join(podFolder(root, uid), 'volume-subpaths', volume, container, String(index));
