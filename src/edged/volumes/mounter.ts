import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
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

const execute = promisify(execFile);

const timeoutMs = 30_000;

// Node's own execFile: a library for it would take 2 MB of every edge (docs/adr/0004).
async function run(program: string, args: readonly string[]): Promise<void> {
  const running = execute(program, args, { timeout: timeoutMs, maxBuffer: 64_000 });
  running.child.stdin?.end();
  try {
    await running;
  } catch (error) {
    throw new EdgeError('internal', `${program} ${args.join(' ')}: ${whyOf(error)}`, { cause: error });
  }
}

/** What the program said, or how it ended when it said nothing. */
function whyOf(error: unknown): string {
  const { killed, stderr = '', code } = error as { killed?: boolean; stderr?: string; code?: number | string | null };
  if (killed && code === null) return `it did not end within ${timeoutMs / 1000} s`;
  const said = stderr.trim().split('\n').slice(0, 3).join('; ');
  if (said !== '') return said;
  return typeof code === 'number' ? `exit code ${code}` : messageOf(error);
}
