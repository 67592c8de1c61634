import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes an empty tree of cgroups from every hierarchy: the one folder of version 2, or each
 * controller's of version 1. Throws when processes are left in it.
 */
export async function removeCgroups(name: string, mount = '/sys/fs/cgroup'): Promise<void> {
  const hierarchies = (await subfolders(mount)).map((folder) => join(mount, folder));
  for (const hierarchy of [mount, ...hierarchies]) await removeTree(join(hierarchy, name));
}

async function removeTree(folder: string): Promise<void> {
  for (const name of await subfolders(folder)) await removeTree(join(folder, name));
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/** The files in a cgroup are the kernel's and go with it. */
async function subfolders(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
