import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import {
  type CloudConfig,
  defaultCloudConfigYaml,
  loadCloudConfig,
  minCloudConfigYaml,
  runCloudcore,
} from '../cloud/index.js';
import { type ClientCredentials, createKubeClient, loadKubeconfig } from '../kube/index.js';
import { createLog, EdgeError, messageOf } from '../lib/index.js';

interface Options {
  readonly config: string;
  readonly defaultconfig?: true;
  readonly minconfig?: true;
  readonly logLevel: string;
}

const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

const program = new Command('cloudcore')
  .description('The cloud part: keeps edge nodes in step with a Kubernetes cluster.')
  .option('--config <file>', 'configuration file', '/etc/kubeedge/config/cloudcore.yaml')
  .option('--defaultconfig', 'print a configuration with every key at its default')
  .option('--minconfig', 'print a configuration with what a site is likely to change')
  .option('--log-level <level>', 'debug, info, warn or error', 'info')
  .action(run);

await program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`cloudcore: ${messageOf(error)}\n`);
  process.exitCode = 1;
});

async function run(options: Options): Promise<void> {
  if (options.defaultconfig || options.minconfig) {
    process.stdout.write(options.defaultconfig ? defaultCloudConfigYaml() : minCloudConfigYaml());
    return;
  }
  const log = createLog('cloudcore', options.logLevel);
  const config = loadCloudConfig(await readConfig(options.config), (sentence) => log.warn(sentence));
  const credentials = await credentialsOf(config);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping; edges keep their pods running');
      stop.abort(new EdgeError('unavailable', 'cloudcore stops'));
    });
  }
  await using kube = createKubeClient({ ...credentials, userAgent: 'cloudcore' });
  const crdsFolder = definitionsFolder();
  const dependencies = {
    log,
    kube,
    ...(crdsFolder === undefined ? {} : { crdsFolder }),
    ...(credentials.ca === undefined ? {} : { kubeCaPem: String(credentials.ca) }),
  };
  await runCloudcore(config, dependencies, stop.signal);
}

async function readConfig(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const help = 'write one with: cloudcore --minconfig';
    throw new EdgeError('invalid', `configuration ${path} cannot be read: ${messageOf(error)}; ${help}`, {
      cause: error,
    });
  }
}

/** The kubeconfig of the file, else the service account of the pod this runs in. */
async function credentialsOf(config: CloudConfig): Promise<ClientCredentials> {
  const { kubeConfig } = config.kubeAPIConfig;
  if (kubeConfig !== '') return loadKubeconfig(kubeConfig);
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = process.env;
  if (!host) {
    throw new EdgeError('invalid', 'kubeAPIConfig.kubeConfig is empty and this is not a pod; set it to a kubeconfig');
  }
  const [ca, token] = await Promise.all(
    ['ca.crt', 'token'].map((name) => readFile(`${accountFolder}/${name}`, 'utf8')),
  );
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ca: ca ?? '',
    token: (token ?? '').trim(),
  };
}

/** `deploy/crds` beside the bundle in `dist/`, or beside `src/` when run from source. */
function definitionsFolder(): string | undefined {
  const candidates = ['../deploy/crds', '../../deploy/crds'];
  return candidates.map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) => existsSync(path));
}
