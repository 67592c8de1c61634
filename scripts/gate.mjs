// `npm test`: the whole gate, on a machine that has nothing but Node, npm and Debian's packages.
// Ends with `N passed, N failed`; a static stage counts as one check.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { differences, takeSnapshot } from './gate/snapshot.mjs';
import { readResults } from './gate/vitest-results.mjs';
import { hostFacts, hostProblems } from './host/checks.mjs';
import { installPackages, missingPackages } from './host/packages.mjs';
import { ensureGenerated, ensureModules } from './host/project.mjs';
import { run } from './host/run.mjs';

const say = (text) => console.log(`\n• ${text}`);
const bin = (name) => join('node_modules', '.bin', name);
const resultFolder = '.cache/gate';

async function gate() {
  process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));
  const problems = hostProblems(await hostFacts({ folders: [process.cwd(), tmpdir()], ports: [] }));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  await installPackages(missingPackages(), say);
  await ensureModules(say);
  await ensureGenerated(say);

  rmSync(resultFolder, { recursive: true, force: true });
  mkdirSync(resultFolder, { recursive: true });
  // Everything temporary lands in one folder, which must be empty at the end. Its path is short: it holds sockets.
  const temporary = mkdtempSync(join(tmpdir(), 'gate-'));
  const env = {
    ...process.env,
    TMPDIR: temporary,
    // kubectl and vitest keep caches; these belong into the project's own cache folder.
    KUBECACHEDIR: join(process.cwd(), '.cache', 'kubectl'),
    SKERRY_GATE: temporary,
  };
  try {
    const before = takeSnapshot(env.SKERRY_GATE);
    const total = { passed: 0, failed: 0, skipped: [] };
    const add = ({ passed, failed, skipped = [] }) => {
      total.passed += passed;
      total.failed += failed;
      total.skipped.push(...skipped);
    };
    for (const stage of staticStages) add(await runStatic(stage, env));
    for (const project of ['unit', 'contract', 'e2e']) add(await runVitest(project, env));
    add(checkLeftovers(before, takeSnapshot(env.SKERRY_GATE), temporary));

    if (total.skipped.length > 0) say(`skipped:\n${total.skipped.map((line) => `  ${line}`).join('\n')}`);
    console.log(`\n${total.passed} passed, ${total.failed} failed`);
    return total.failed === 0 ? 0 : 1;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

const staticStages = [
  { name: 'format, lint and import direction', command: bin('biome'), args: ['check', '--error-on-warnings', '.'] },
  { name: 'types', command: bin('tsc'), args: ['-p', '.'] },
  { name: 'dead files, exports and dependencies', command: bin('knip'), args: [] },
  { name: 'build', command: process.execPath, args: ['scripts/build.mjs'] },
];

async function runStatic({ name, command, args }, env) {
  say(name);
  const passed = (await run(command, args, { env })) === 0;
  if (!passed) console.error(`FAILED: ${name}`);
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1 };
}

/** A run that ends badly without a failed test (a crash, an unhandled rejection) counts as one failure. */
async function runVitest(project, env) {
  say(`${project} tests`);
  const file = join(resultFolder, `${project}.json`);
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await run(bin('vitest'), args, { env });
  const results = readResults(file, project);
  return code !== 0 && results.failed === 0 ? { ...results, failed: 1 } : results;
}

function checkLeftovers(before, after, temporary) {
  say('nothing is left behind');
  const left = [...differences(before, after), ...readdirSync(temporary).map((name) => `temporary file ${name}`)];
  for (const line of left) console.error(`LEFT BEHIND: ${line}`);
  return { passed: left.length === 0 ? 1 : 0, failed: left.length === 0 ? 0 : 1 };
}

try {
  process.exitCode = await gate();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
