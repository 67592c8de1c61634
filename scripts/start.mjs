// `npm start`: from a clean checkout to a running edge. Checks first, changes second. Plain Node: nothing is installed yet.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hostFacts, hostProblems } from './host/checks.mjs';
import { installPackages, missingPackages } from './host/packages.mjs';
import { ensureBuilt, ensureGenerated, ensureModules } from './host/project.mjs';

const usage = `Usage: npm start -- [options]

Brings up an edge on this machine: the embedded cluster, cloudcore, edgecore and containerd.

Options:
  --state DIR                where everything is kept (default: /var/lib/skerry); the kubeconfig is DIR/kubeconfig
  --node NAME                name of the edge node (default: edge-1)
  --runtime-endpoint SOCKET  use this containerd instead of starting one
  --port-offset N            add N to every port, for a second edge on one machine (default: 0)
  --images SOURCE            registry: pull the pause and hello images, local: make them here (default: what works)
  --detach                   return when all is Ready; everything keeps running
  --down                     stop a detached one
  --purge                    stop it and remove everything it made, DIR included
  --help                     this text
`;

const options = {
  state: { type: 'string', default: '/var/lib/skerry' },
  node: { type: 'string' },
  'runtime-endpoint': { type: 'string' },
  images: { type: 'string' },
  'port-offset': { type: 'string', default: '0' },
  detach: { type: 'boolean' },
  down: { type: 'boolean' },
  purge: { type: 'boolean' },
  help: { type: 'boolean' },
};

const say = (text) => console.log(`• ${text}`);

async function start(argv) {
  const { values } = parseArgs({ args: argv, options });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  // Relative paths are the caller's, the project's files are found from here.
  const forwarded = argv.map((argument, index) => {
    if (argv[index - 1] === '--state') return resolve(argument);
    return argument.startsWith('--state=') ? `--state=${resolve(argument.slice('--state='.length))}` : argument;
  });
  const state = resolve(values.state);
  process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));

  const ending = values.down || values.purge;
  const offset = Number(values['port-offset']);
  if (!Number.isInteger(offset) || offset < 0 || offset > 55_000) {
    throw new Error(`--port-offset must be a whole number from 0 to 55000, it is ${values['port-offset']}.`);
  }
  const problems = hostProblems(
    await hostFacts({
      folders: ending ? [] : [state, process.cwd()],
      ports: ending || hasRun(state) ? [] : portsAt(offset),
    }),
  );
  if (problems.length > 0) throw new Error(problems.join('\n'));

  await installPackages(missingPackages(), say);
  await ensureModules(say);
  await ensureGenerated(say);
  await ensureBuilt(say);
  return runSkerry(['dist/skerry.js', 'up', ...forwarded]);
}

/** The same list as src/bin/skerry/ports.ts, which checks again with the state at hand. */
function portsAt(offset) {
  const purposes = {
    6443: 'Kubernetes API',
    9091: 'cloudcore monitor',
    10000: 'cloudhub',
    10002: 'cloudhub https',
    10003: 'stream',
    10004: 'tunnel',
    10350: 'edged',
  };
  return Object.entries(purposes).map(([port, purpose]) => ({ port: Number(port) + offset, purpose }));
}

/** Something of an earlier start may still hold the ports; skerry itself knows what is its own. */
function hasRun(state) {
  const folder = join(state, 'run');
  return existsSync(folder) && readdirSync(folder).length > 0;
}

/** Ctrl-C reaches skerry too; this program only waits for it to stop everything in order. */
function runSkerry(args) {
  return new Promise((settle, reject) => {
    const child = spawn(process.execPath, args, { stdio: 'inherit' });
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
    child.once('error', reject);
    child.once('close', (code) => settle(code ?? 1));
  });
}

try {
  process.exitCode = await start(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
