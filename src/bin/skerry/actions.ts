import { runCluster } from '../../cluster/index.js';
import { createLog } from '../../lib/index.js';
import type { Actions, UpOptions } from './commands.js';
import { type DetachedMessage, startDetached } from './detached.js';
import { down } from './down.js';
import { pausePart, resumePart } from './hold.js';
import { layoutOf } from './layout.js';
import { portsAt } from './ports.js';
import { readProcessFile } from './process-file.js';
import { purge } from './purge.js';
import type { Report } from './report.js';
import { status } from './status.js';
import { supervise } from './supervise.js';

/** The commands of skerry, each ending when its work is done or `stop` aborts. */
export function createActions(options: {
  readonly program: string;
  readonly logLevel: string;
  readonly report: Report;
  readonly send: (message: DetachedMessage) => void;
  readonly exitCode: (code: number) => void;
  readonly stop: AbortSignal;
}): Actions {
  const { program, report, send, exitCode, stop } = options;

  const upDetached = async (up: UpOptions) => {
    const layout = layoutOf(up.state);
    if (await readProcessFile(layout.supervisor)) {
      report.line(`skerry is already running:\n${(await status(layout)).text}`);
      return;
    }
    const args = ['up', '--supervised', '--state', up.state, ...wishArguments(up)];
    report.line(await startDetached({ layout, program, args, report }, stop));
  };

  return {
    async up(up) {
      if (up.purge) return purge(layoutOf(up.state), report);
      if (up.down) return down(layoutOf(up.state), report);
      if (up.detach) return upDetached(up);
      const told: Report = up.supervised ? { line: (text) => send({ kind: 'line', text }) } : report;
      const onReady = (text: string) =>
        up.supervised ? send({ kind: 'ready', text }) : report.line(`${text}\nCtrl-C stops it.`);
      // At a terminal stdout is for people; detached it is the log already.
      const file = up.supervised ? undefined : layoutOf(up.state).logFile('supervisor');
      const log = createLog('skerry', options.logLevel, file);
      await supervise({ state: up.state, wishes: up, report: told, log }, onReady, stop);
    },
    async cluster({ state, portOffset }) {
      const layout = layoutOf(state);
      const ports = portsAt(portOffset);
      await runCluster(
        {
          stateDir: state,
          address: '127.0.0.1',
          port: ports.api,
          advertise: ['127.0.0.1'],
          streamEndpoint: `https://127.0.0.1:${ports.stream}`,
          streamCaFile: layout.clusterCa,
          log: createLog('cluster', options.logLevel),
        },
        stop,
      );
    },
    down: ({ state }) => down(layoutOf(state), report),
    purge: ({ state }) => purge(layoutOf(state), report),
    async status({ state }) {
      const { running, text } = await status(layoutOf(state));
      report.line(text);
      exitCode(running ? 0 : 3);
    },
    pause: (part, { state, kill = false }) => pausePart(layoutOf(state), part, kill, report),
    resume: (part, { state }) => resumePart(layoutOf(state), part, report),
  };
}

function wishArguments(up: UpOptions): string[] {
  return [
    ...(up.node === undefined ? [] : ['--node', up.node]),
    ...(up.runtimeEndpoint === undefined ? [] : ['--runtime-endpoint', up.runtimeEndpoint]),
    ...(up.images === undefined ? [] : ['--images', up.images]),
    ...(up.portOffset === undefined ? [] : ['--port-offset', String(up.portOffset)]),
  ];
}
