import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const biome = join(root, 'node_modules/.bin/biome');

/** Runs the project's lint rules in a folder and tells how many files it read. */
async function lint(folder: string) {
  const { all, exitCode } = await execa(biome, ['lint', '--error-on-warnings', '--max-diagnostics=none', '.'], {
    cwd: folder,
    all: true,
    reject: false,
  });
  const read = /Checked (\d+) files?/.exec(all)?.[1];
  return { text: all, passed: exitCode === 0, files: Number(read ?? 0) };
}

describe('the lint', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skerry-lint-'));
    for (const name of ['biome.json', '.gitignore', 'tsconfig.json']) await cp(join(root, name), join(folder, name));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const plant = async (files: Record<string, string>) => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    return lint(folder);
  };
  const value = 'export const value = 1;\n';

  it('reads every source file of the project', async () => {
    const sources = (await readdir(join(root, 'src'), { recursive: true })).filter(
      (path) => path.endsWith('.ts') && !path.startsWith('proto/'),
    );
    const { files } = await lint(root);
    expect(files).toBeGreaterThan(sources.length);
  });

  it('passes what is in order', async () => {
    const result = await plant({
      'src/lib/index.ts': "export { value } from './value.js';\n",
      'src/lib/value.ts': value,
      'src/cri/use.ts': "import { value } from '../lib/index.js';\n\nexport const twice = value * 2;\n",
    });
    expect(result.text).not.toContain('×');
    expect(result).toMatchObject({ passed: true });
    expect(result.files).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ['lib', 'kube'],
    ['kube', 'wire'],
    ['wire', 'cri'],
    ['cri', 'backends'],
    ['backends', 'edged'],
    ['edged', 'edge'],
    ['edge', 'cloud'],
    ['edge', 'cluster'],
    ['cloud', 'edge'],
    ['cloud', 'cluster'],
    ['cluster', 'cloud'],
    ['keadm', 'bin'],
  ])('fails an import from %s up to %s', async (from, to) => {
    const result = await plant({
      [`src/${to}/index.ts`]: value,
      [`src/${from}/planted.ts`]: `import { value } from '../${to}/index.js';\n\nexport const planted = value;\n`,
    });
    expect(result.text).toContain('noRestrictedImports');
    expect(result).toMatchObject({ passed: false });
  });

  it('fails an import past the index of another module', async () => {
    const result = await plant({
      'src/lib/value.ts': value,
      'src/cri/planted.ts': "import { value } from '../lib/value.js';\n\nexport const planted = value;\n",
    });
    expect(result.text).toContain('Import another module through its index.ts');
    expect(result).toMatchObject({ passed: false });
  });

  it('fails an import cycle', async () => {
    const result = await plant({
      'src/lib/one.ts': "import { two } from './two.js';\n\nexport const one = (): number => two();\n",
      'src/lib/two.ts': "import { one } from './one.js';\n\nexport const two = (): number => one();\n",
    });
    expect(result.text).toContain('noImportCycles');
    expect(result).toMatchObject({ passed: false });
  });

  it('fails a floating promise', async () => {
    const result = await plant({
      'src/lib/planted.ts':
        'async function work(): Promise<void> {\n  await Promise.resolve();\n}\n\nexport function start(): void {\n  work();\n}\n',
    });
    expect(result.text).toContain('noFloatingPromises');
    expect(result).toMatchObject({ passed: false });
  });

  it('fails a default export and a re-export of everything', async () => {
    const result = await plant({
      'src/lib/value.ts': value,
      'src/lib/planted.ts': 'export default 1;\n',
      'src/lib/index.ts': "export * from './value.js';\n",
    });
    expect(result.text).toContain('noDefaultExport');
    expect(result.text).toContain('noReExportAll');
  });
});
