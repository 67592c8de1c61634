import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { EdgeError, messageOf } from '../../lib/index.js';

/** Mounts of this machine, through mount(8) and umount(8). */
export interface Mounter {
  /** @param sizeBytes 0: the kernel's default, half of the memory */
  tmpfs(path: string, sizeBytes: bigint): Promise<void>;
  /** `source` may be a /proc/<pid>/fd path: it is not resolved again. */
  bind(source: string, target: string): Promise<void>;
  unmount(path: string): Promise<void>;
  /** Mount points at or below a path, deepest first. */
  below(path: string): Promise<string[]>;
}

export function createMounter(): Mounter {
  return {
    async tmpfs(path, sizeBytes) {
      const options = sizeBytes > 0n ? ['-o', `size=${sizeBytes}`] : [];
      await run('mount', ['-t', 'tmpfs', ...options, 'tmpfs', path]);
    },
    bind: (source, target) => run('mount', ['--no-canonicalize', '--bind', source, target]),
    unmount: (path) => run('umount', [path]),
    async below(path) {
      const points = mountPoints(await readFile('/proc/self/mountinfo', 'utf8'));
      return points
        .filter((point) => point === path || point.startsWith(`${path}/`))
        .sort((a, b) => b.length - a.length);
    },
  };
}

/** The mount points in a mountinfo file; the kernel writes blanks and backslashes as octal escapes. */
export function mountPoints(mountinfo: string): string[] {
  return mountinfo
    .split('\n')
    .flatMap((line) => line.split(' ')[4] ?? [])
    .map((point) =>
      point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    );
}

async function run(program: string, args: readonly string[]): Promise<void> {
  try {
    await execa(program, args, { timeout: 30_000, stdin: 'ignore', maxBuffer: 64_000 });
  } catch (error) {
    throw new EdgeError(
      'internal',
      `${program} ${args.join(' ')}: ${messageOf(error).split('\n').slice(0, 3).join('; ')}`,
      {
        cause: error,
      },
    );
  }
}
