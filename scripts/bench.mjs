// `npm run bench [-- --json]`: bundles bench/ and runs it against dist/.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostFacts, hostProblems } from './host/checks.mjs';
import { installPackages, missingPackages } from './host/packages.mjs';
import { ensureBuilt, ensureGenerated, ensureModules } from './host/project.mjs';
import { run } from './host/run.mjs';

/** Progress is told on stderr: stdout belongs to the result. */
const say = (text) => console.error(`• ${text}`);

try {
  process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));
  const problems = hostProblems(await hostFacts({ folders: [process.cwd()], ports: [] }));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  await installPackages(missingPackages(), say);
  await ensureModules(say);
  await ensureGenerated(say);
  await ensureBuilt(say);
  const { build } = await import('esbuild');
  const outfile = 'dist/bench/bench.js';
  await build({
    entryPoints: ['bench/bench.ts'],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    logLevel: 'warning',
  });
  process.exitCode = await run(process.execPath, [outfile, ...process.argv.slice(2)]);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
