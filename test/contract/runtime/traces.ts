import { access, readdir, readFile } from 'node:fs/promises';
import { execa } from 'execa';

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** What of a private containerd can still be seen on the machine: processes, mounts, its bridge, its folder. */
export async function leftOf({ folder, bridge }: { folder: string; bridge: string }): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const processes = await Promise.all(
    pids.map(async (pid) => {
      const argv = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
      return argv.includes(folder) ? [`process ${pid}: ${argv}`] : [];
    }),
  );
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter((line) => line.includes(folder));
  const links = (await execa('ip', ['-oneline', 'link'])).stdout.split('\n').filter((line) => line.includes(bridge));
  return [...processes.flat(), ...mounts, ...links, ...((await exists(folder)) ? [folder] : [])];
}
