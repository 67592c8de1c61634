import { readFile } from 'node:fs/promises';
import { execa } from 'execa';

/** The mount points in the text of a mountinfo file that are `folder` or lie below it, the last mounted first. */
export function mountsBelow(mountinfo: string, folder: string): string[] {
  return mountinfo
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .map((path) => path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))))
    .filter((path) => path === folder || path.startsWith(`${folder}/`))
    .reverse();
}

/** Unmounts all that is mounted below `folder`; one still in use goes when its last user does. */
export async function unmountBelow(folder: string): Promise<void> {
  for (const path of mountsBelow(await readFile('/proc/self/mountinfo', 'utf8'), folder)) {
    await execa('umount', ['--lazy', path]);
  }
}
