import { chmod, lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Gives a volume's content to the pod's fsGroup (facts kubelet-on-cri §6). Links are owned, never followed. */
export async function giveToGroup(path: string, gid: number, readOnly: boolean): Promise<void> {
  const info = await lstat(path);
  if (info.gid !== gid) await lchown(path, info.uid, gid);
  if (info.isSymbolicLink()) return;
  const permissions = info.mode & 0o7777;
  const shared = readOnly ? 0o440 : 0o660;
  const wanted = permissions | shared | (info.isDirectory() ? 0o2110 : 0);
  if (wanted !== permissions) await chmod(path, wanted);
  if (!info.isDirectory()) return;
  for (const name of await readdir(path)) await giveToGroup(join(path, name), gid, readOnly);
}
