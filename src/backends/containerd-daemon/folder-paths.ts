import { join, resolve } from 'node:path';
import { EdgeError } from '../../lib/index.js';

/** Where a private containerd keeps what it has. */
export interface FolderPaths {
  readonly folder: string;
  readonly root: string;
  readonly state: string;
  readonly socket: string;
  readonly config: string;
  readonly pid: string;
  readonly log: string;
}

/** The longest path the kernel takes for a socket, and what containerd appends for its second one. */
const socketLimit = 107 - '.ttrpc'.length;

export function folderPaths(folder: string): FolderPaths {
  const base = resolve(folder);
  const socket = join(base, 'containerd.sock');
  if (Buffer.byteLength(socket) > socketLimit) {
    throw new EdgeError(
      'invalid',
      `the folder ${base} is too long for a socket path: choose one of up to ${socketLimit - 16} bytes`,
    );
  }
  return {
    folder: base,
    root: join(base, 'root'),
    state: join(base, 'state'),
    socket,
    config: join(base, 'config.toml'),
    pid: join(base, 'containerd.pid'),
    log: join(base, 'containerd.log'),
  };
}
