import { fileURLToPath } from 'node:url';
import { messageOf } from '../lib/index.js';
import { createActions } from './skerry/actions.js';
import { createProgram } from './skerry/commands.js';
import { terminalReport } from './skerry/report.js';

const stop = new AbortController();
// A terminal and npm may both deliver the same Ctrl-C: more of them change nothing.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());

/** The one who asked for a detached start may be gone already. */
const send: Parameters<typeof createActions>[0]['send'] = (message) => {
  if (process.connected) process.send?.(message);
};

const actions = createActions({
  program: fileURLToPath(import.meta.url),
  logLevel: process.env.SKERRY_LOG_LEVEL ?? 'info',
  report: terminalReport(process.stdout),
  send,
  exitCode: (code) => {
    process.exitCode = code;
  },
  stop: stop.signal,
});

try {
  await createProgram(actions).parseAsync();
} catch (error) {
  send({ kind: 'failed', text: messageOf(error) });
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
if (process.connected) process.disconnect();
