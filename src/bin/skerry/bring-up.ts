import { runDemoPod } from './demo-pod.js';
import { imageNames } from './images.js';
import { type Stage, within } from './stage.js';
import { startCloud, startCluster } from './start-control-plane.js';
import { startEdge } from './start-edge.js';
import { startRuntime } from './start-runtime.js';
import { summary } from './summary.js';

/**
 * Starts the parts in order, each when the one before it answers, and settles with the text that
 * tells what runs. What was started is on `stage.held`, also when a step throws.
 */
export async function bringUp(stage: Stage): Promise<string> {
  const { layout, settings, report, log, stop } = stage;
  const at = await startRuntime(stage);
  const api = await startCluster(stage);
  const token = await startCloud(stage, api);
  const node = await startEdge(stage, api, at, token);
  report.line('starting the demo pod');
  const image = imageNames[settings.images].hello;
  const demo = await within(stop, (signal) => runDemoPod(api, image, log, signal));
  return summary({ layout, settings, node, demo, socket: at.socket });
}
