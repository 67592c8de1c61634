import { resolve } from 'node:path';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { type PartName, partNames } from './hold.js';

/** What the command line can ask for; `state` is an absolute path. */
export interface UpOptions {
  readonly state: string;
  readonly node?: string;
  readonly runtimeEndpoint?: string;
  readonly portOffset?: number;
  readonly images?: 'registry' | 'local';
  readonly detach?: boolean;
  readonly down?: boolean;
  readonly purge?: boolean;
  readonly supervised?: boolean;
}

export interface Actions {
  up(options: UpOptions): Promise<void>;
  cluster(options: { readonly state: string; readonly portOffset: number }): Promise<void>;
  down(options: { readonly state: string }): Promise<void>;
  purge(options: { readonly state: string }): Promise<void>;
  status(options: { readonly state: string }): Promise<void>;
  pause(part: PartName, options: { readonly state: string; readonly kill?: boolean }): Promise<void>;
  resume(part: PartName, options: { readonly state: string }): Promise<void>;
}

const stateOption = () =>
  new Option('--state <DIR>', 'where everything is kept; the kubeconfig is DIR/kubeconfig')
    .default('/var/lib/skerry')
    .argParser((value: string) => resolve(value));
const offsetOption = () =>
  new Option('--port-offset <N>', 'add N to every port, for a second edge on one machine').argParser(parseOffset);
const partArgument = () => new Argument('<part>', 'which part').choices(partNames);

/** The grammar of the program; what to do is the caller's. */
export function createProgram(actions: Actions): Command {
  const program = new Command('skerry').description(
    'An edge on one machine: cluster, cloudcore, edgecore, containerd.',
  );
  program
    .command('up')
    .description('bring everything up and keep it up until Ctrl-C')
    .addOption(stateOption())
    .addOption(new Option('--node <NAME>', 'name of the edge node (default: "edge-1")').argParser(parseNodeName))
    .option('--runtime-endpoint <SOCKET>', 'use this containerd instead of starting one')
    .addOption(offsetOption())
    .addOption(
      new Option(
        '--images <SOURCE>',
        'pull the pause and hello images, or make them here (default: what works)',
      ).choices(['registry', 'local']),
    )
    .option('--detach', 'return when all is Ready; everything keeps running')
    .option('--down', 'stop a detached one')
    .option('--purge', 'stop it and remove everything it made, DIR included')
    .addOption(new Option('--supervised').hideHelp())
    .action(actions.up);
  program
    .command('cluster')
    .description('run only the embedded cluster, in this process')
    .addOption(stateOption())
    .addOption(offsetOption().default(0))
    .action(actions.cluster);
  program.command('down').description('stop it').addOption(stateOption()).action(actions.down);
  program
    .command('purge')
    .description('stop it and remove everything it made')
    .addOption(stateOption())
    .action(actions.purge);
  program.command('status').description('which processes run').addOption(stateOption()).action(actions.status);
  program
    .command('pause')
    .description('stop one part and keep it stopped: what does the edge do without its cloud?')
    .addArgument(partArgument())
    .option('--kill', 'as a crash would, without letting it finish')
    .addOption(stateOption())
    .action(actions.pause);
  program
    .command('resume')
    .description('start a paused part again')
    .addArgument(partArgument())
    .addOption(stateOption())
    .action(actions.resume);
  return program;
}

function parseOffset(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 55_000) return value;
  throw new InvalidArgumentError('It must be a whole number from 0 to 55000.');
}

/** A node name is a DNS subdomain (facts kubernetes-api §2). */
function parseNodeName(text: string): string {
  if (text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text)) return text;
  throw new InvalidArgumentError('It must be lower-case letters, digits, "-" and ".", at most 253 of them.');
}
