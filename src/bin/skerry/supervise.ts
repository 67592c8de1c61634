import { mkdir } from 'node:fs/promises';
import { aborted, childOf, EdgeError, hasCode, type Log } from '../../lib/index.js';
import { bringUp } from './bring-up.js';
import { stopStrays } from './down.js';
import { registriesAnswer } from './images.js';
import { type Layout, layoutOf } from './layout.js';
import { createLogBounds } from './log-bounds.js';
import { bridgeFor, chooseSubnet } from './network.js';
import { assertFree, portsAt } from './ports.js';
import { holdProcessFile } from './process-file.js';
import { createReleaseStack } from './release-stack.js';
import type { Report } from './report.js';
import { loadSettings, mergeWishes, type Settings, saveSettings, type Wishes } from './settings.js';
import { createStage } from './stage.js';

/** Told once, when everything is Ready, with the closing text. */
export type OnReady = (text: string) => void;

/**
 * The life of one skerry: brings everything up, keeps it up until `stop` aborts, then stops it in
 * reverse. A start that fails half-way stops what it started and throws.
 */
export async function supervise(
  options: { readonly state: string; readonly wishes: Wishes; readonly report: Report; readonly log: Log },
  onReady: OnReady,
  stop: AbortSignal,
): Promise<void> {
  const { state, wishes, report, log } = options;
  if (process.getuid?.() !== 0) throw new EdgeError('denied', 'Root is needed to run containers: run this as root.');
  const layout = layoutOf(state);
  await mkdir(layout.logs, { recursive: true, mode: 0o700 });
  await using _holder = await holdProcessFile(layout.supervisor);
  await stopStrays(layout, report);
  const settings = await decide(layout, wishes, report);
  await assertFree(portsAt(settings.portOffset));
  await saveSettings(layout, settings);

  const held = createReleaseStack(report);
  using logBounds = childOf(stop);
  const bounded = createLogBounds(layout.logs)(logBounds.signal);
  try {
    onReady(await bringUp(createStage({ layout, settings, report, log, held, stop })));
    await aborted(stop);
  } catch (error) {
    if (!(stop.aborted && hasCode(error, 'gone'))) throw error;
  } finally {
    const failures = await held.releaseAll();
    logBounds.abort();
    await bounded;
    report.line(failures === 0 ? 'everything is stopped' : `${failures} of the parts did not stop cleanly`);
  }
}

/** What an earlier start decided, or decisions for this one. */
async function decide(layout: Layout, wishes: Wishes, report: Report): Promise<Settings> {
  const earlier = await loadSettings(layout);
  if (earlier) {
    report.line(`going on with the state in ${layout.state}`);
    return mergeWishes(earlier, wishes);
  }
  const bridge = bridgeFor(layout.state);
  return {
    version: 1,
    node: wishes.node ?? 'edge-1',
    portOffset: wishes.portOffset ?? 0,
    ...(wishes.runtimeEndpoint === undefined ? {} : { runtimeEndpoint: wishes.runtimeEndpoint }),
    bridge,
    subnet: await chooseSubnet(bridge),
    images: wishes.images ?? ((await registriesAnswer()) ? 'registry' : 'local'),
  };
}
