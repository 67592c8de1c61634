import { fork } from 'node:child_process';
import { z } from 'zod';
import { EdgeError } from '../../lib/index.js';
import type { Layout } from './layout.js';
import { openLogFile } from './process-file.js';
import type { Report } from './report.js';

/** What a detached supervisor tells the process that started it, over the IPC channel. */
const detachedMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('line'), text: z.string() }),
  z.object({ kind: z.literal('ready'), text: z.string() }),
  z.object({ kind: z.literal('failed'), text: z.string() }),
]);
export type DetachedMessage = z.infer<typeof detachedMessage>;

/**
 * Starts this program again as a supervisor of its own session and settles with its closing text once
 * everything is Ready. Abort stops the supervisor again and waits for it. Throws what made it fail.
 */
export async function startDetached(
  options: {
    readonly layout: Layout;
    readonly program: string;
    readonly args: readonly string[];
    readonly report: Report;
  },
  stop: AbortSignal,
): Promise<string> {
  const { layout, program, args, report } = options;
  const output = await openLogFile(layout.logFile('supervisor'));
  const child = fork(program, args, { detached: true, stdio: ['ignore', output.fd, output.fd, 'ipc'] });
  await output.close();
  const end = () => child.kill('SIGTERM');
  stop.addEventListener('abort', end, { once: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      let failure: string | undefined;
      child.on('message', (raw) => {
        const message = detachedMessage.parse(raw);
        if (message.kind === 'line') report.line(message.text);
        else if (message.kind === 'failed') failure = message.text;
        else resolve(message.text);
      });
      child.once('error', reject);
      child.once('exit', () => {
        const log = layout.logFile('supervisor');
        reject(new EdgeError('unavailable', failure ?? `The detached skerry ended before it was ready: see ${log}.`));
      });
    });
  } finally {
    stop.removeEventListener('abort', end);
    if (child.connected) child.disconnect();
    child.unref();
  }
}
