import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { type HostFacts, hostFacts, hostProblems } from '../../scripts/host/checks.mjs';

const root = join(import.meta.dirname, '../..');
const run = (...args: string[]) => execa(process.execPath, args, { cwd: root, reject: false });

/** A program as the build makes it, without writing it anywhere. */
async function runProgram(name: string) {
  const entryPoints = [join(root, `src/bin/${name}.ts`)];
  const { outputFiles } = await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', write: false });
  return execa(process.execPath, ['--input-type=module', '-'], { input: outputFiles[0]!.contents, reject: false });
}

describe('programs without a body', () => {
  it.each(['edge-cri', 'keadm'])('%s refuses by name in one sentence', async (name) => {
    const { exitCode, stdout, stderr } = await runProgram(name);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(new RegExp(`^${name} [^\\n]+\\.$`));
  });
});

describe('npm start', () => {
  it('tells the same options as skerry up', async () => {
    const { stdout, exitCode } = await run('scripts/start.mjs', '--help');
    expect(exitCode).toBe(0);
    const source = await readFile(join(root, 'src/bin/skerry/commands.ts'), 'utf8');
    const upCommand = source.slice(source.indexOf(".command('up')"), source.indexOf(".command('cluster')"));
    const shared = ['--state', '--port-offset', ...(upCommand.match(/--[a-z-]+/g) ?? [])];
    const told = (stdout.match(/--[a-z-]+/g) ?? []).filter((flag) => flag !== '--help');
    expect(new Set(told)).toEqual(new Set(shared.filter((flag) => flag !== '--supervised')));
  });

  it.each([
    [['--nonsense'], /nonsense/],
    [['--port-offset', 'x'], /--port-offset must be a whole number/],
  ])('refuses %j', async (args, sentence) => {
    const { exitCode, stderr } = await run('scripts/start.mjs', ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(sentence);
  });

  it('names a port that is taken, before anything is changed', async () => {
    const server = createServer().listen(0, '0.0.0.0');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    try {
      const state = join(tmpdir(), 'skerry-never-made');
      const result = await run('scripts/start.mjs', '--state', state, '--port-offset', String(port - 6443));
      expect(result.exitCode).toBe(1);
      expect(result.stderr).toContain(`TCP port ${port} (Kubernetes API) is taken`);
    } finally {
      server.close();
    }
  });
});

describe('the checks of a machine', () => {
  const good: HostFacts = {
    uid: 0,
    platform: 'linux',
    distribution: ['ubuntu', 'debian'],
    nodeVersion: '20.19.0',
    free: [{ folder: '/var', bytes: 50 * 1024 ** 3 }],
    takenPorts: [],
  };

  it('pass a good machine, this one too when it is one', async () => {
    expect(hostProblems(good)).toEqual([]);
    expect(await hostFacts({ folders: [root], ports: [] })).toMatchObject({ nodeVersion: process.versions.node });
  });

  it.each<[string, Partial<HostFacts>, RegExp]>([
    ['no root', { uid: 1000 }, /^Root is needed/],
    ['another distribution', { distribution: ['fedora'] }, /^Debian or Ubuntu is needed, this is fedora/],
    ['an old Node', { nodeVersion: '18.20.1' }, /^Node 20\.19\.0 or newer is needed, this is 18\.20\.1/],
    ['a full disk', { free: [{ folder: '/var', bytes: 1024 ** 3 }] }, /^\/var has 1\.0 GiB free/],
    ['a taken port', { takenPorts: [{ port: 10000, purpose: 'cloudhub' }] }, /^TCP port 10000 \(cloudhub\) is taken/],
  ])('say one sentence about %s', (_, facts, sentence) => {
    const problems = hostProblems({ ...good, ...facts });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
    expect(problems[0]).toMatch(/\.$/);
  });

  it('accept newer releases of Node', () => {
    for (const nodeVersion of ['20.20.2', '22.0.0', '24.1.0'])
      expect(hostProblems({ ...good, nodeVersion })).toEqual([]);
  });
});
