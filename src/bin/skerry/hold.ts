import { rm, writeFile } from 'node:fs/promises';
import { EdgeError } from '../../lib/index.js';
import type { Layout } from './layout.js';
import { readProcessFile } from './process-file.js';
import { endProcess, signalProcess, waitForExit } from './process-identity.js';
import type { Report } from './report.js';

export const partNames = ['containerd', 'cluster', 'cloudcore', 'edgecore'] as const;
export type PartName = (typeof partNames)[number];

/** Pulls the plug of one part: ends it (or kills it at once) and keeps it down until `resumePart`. */
export async function pausePart(layout: Layout, part: PartName, kill: boolean, report: Report): Promise<void> {
  await assertRunning(layout);
  await writeFile(layout.holdFile(part), '', { mode: 0o600 });
  const running = await readProcessFile(layout.processFile(part));
  if (running && kill) {
    await signalProcess(running, 'SIGKILL');
    await waitForExit(running, 10_000);
  } else if (running) {
    await endProcess(running, 15_000);
  }
  report.line(`${part} is stopped; \`resume ${part}\` starts it again`);
}

/** Lets the supervisor start the part again, which it does at once. */
export async function resumePart(layout: Layout, part: PartName, report: Report): Promise<void> {
  await assertRunning(layout);
  await rm(layout.holdFile(part), { force: true });
  report.line(`${part} starts again`);
}

async function assertRunning(layout: Layout): Promise<void> {
  if (await readProcessFile(layout.supervisor)) return;
  throw new EdgeError('unavailable', `No skerry runs on ${layout.state}: start one with \`npm start\`.`);
}
