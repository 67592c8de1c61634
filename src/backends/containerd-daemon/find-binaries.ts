import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { EdgeError } from '../../lib/index.js';

const binaryFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const cniFolders = ['/opt/cni/bin', '/usr/lib/cni', '/usr/libexec/cni'];

async function findIn(folders: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, name);
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  return undefined;
}

async function demand(name: string, debianPackage: string): Promise<string> {
  const path = await findIn(binaryFolders, name);
  if (path !== undefined) return path;
  throw new EdgeError('not-found', `${name} is not installed: install the package ${debianPackage}`);
}

export interface ContainerdBinaries {
  readonly containerd: string;
  readonly ctr: string;
  readonly runc: string;
  /** A second OCI runtime, where installed. */
  readonly crun?: string;
}

/** Where the programs of containerd are; one that is missing is `not-found`, named with the package that has it. */
export async function findContainerdBinaries(): Promise<ContainerdBinaries> {
  const [containerd, ctr, runc, crun] = await Promise.all([
    demand('containerd', 'containerd'),
    demand('ctr', 'containerd'),
    demand('runc', 'runc'),
    findIn(binaryFolders, 'crun'),
    demand('containerd-shim-runc-v2', 'containerd'),
  ]);
  return { containerd, ctr, runc, ...(crun !== undefined && { crun }) };
}

/** The folder of the CNI plugins, known by its `bridge`. */
export async function findCniBinDir(): Promise<string> {
  for (const folder of cniFolders) if (await findIn([folder], 'bridge')) return folder;
  throw new EdgeError(
    'not-found',
    'the CNI plugins are not installed: install the package containernetworking-plugins',
  );
}
