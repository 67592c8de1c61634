import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { defaultEdgeConfigYaml, loadEdgeConfig, minEdgeConfigYaml, refuseKubelet, runEdgecore } from '../edge/index.js';
import { createLog, EdgeError, messageOf } from '../lib/index.js';
import { collectWhenQuiet } from './edgecore/collect-when-quiet.js';

const tokenFile = '/etc/kubeedge/bootstrap-edgecore.conf';

interface Options {
  readonly config: string;
  readonly defaultconfig?: true;
  readonly minconfig?: true;
  readonly logLevel: string;
}

const program = new Command('edgecore')
  .description('Runs the pods of one edge node: hub to the cloud, local store, edged on a CRI runtime.')
  .option('--config <file>', 'configuration file', '/etc/kubeedge/config/edgecore.yaml')
  .option('--defaultconfig', 'print a configuration with every key at its default')
  .option('--minconfig', 'print a configuration with what a join needs')
  .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error']).default('info'))
  .action(run);

await program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`edgecore: ${messageOf(error)}\n`);
  process.exitCode = 1;
});

async function run(options: Options): Promise<void> {
  if (options.defaultconfig || options.minconfig) {
    process.stdout.write(options.defaultconfig ? defaultEdgeConfigYaml() : minEdgeConfigYaml());
    return;
  }
  const file = await readConfig(options.config);
  const loaded = loadEdgeConfig(file);
  const token = await readFile(tokenFile, 'utf8').catch(() => '');
  const config = token.trim() === '' ? loaded : { ...loaded, hub: { ...loaded.hub, token: token.trim() } };
  if (process.env.CHECK_EDGECORE_ENVIRONMENT !== 'false') await refuseKubelet();

  const stop = new AbortController();
  const log = createLog('edgecore', options.logLevel);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping; containers keep running');
      stop.abort(new EdgeError('unavailable', 'edgecore stops'));
    });
  }
  // There only with the flags of interpreters.json, which the first line of the built program carries.
  using _collecting = globalThis.gc && collectWhenQuiet({ collect: globalThis.gc });
  await runEdgecore(config, { log }, stop.signal);
}

async function readConfig(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new EdgeError(
      'invalid',
      `configuration ${path} cannot be read: ${messageOf(error)}; write one with: edgecore --minconfig`,
      {
        cause: error,
      },
    );
  }
}
