import { parseArgs } from 'node:util';
import { openContainerd } from '../src/backends/containerd/index.js';
import { pause, silentLog } from '../src/lib/index.js';
import { createPod, deletePod, helloImage, shellPod, untilStopped, waitRunning } from '../test/e2e/harness/pods.js';
import { type Skerry, startSkerry } from '../test/e2e/harness/skerry.js';
import { measureBareCri } from './bare-cri.js';
import { exitSpeed } from './exit-speed.js';
import { podSpeed } from './pod-speed.js';
import { watchPods } from './pod-watch.js';
import { processCosts } from './process-cost.js';
import { formatResults, type Results } from './results.js';
import { spreadOf } from './statistics.js';

const singles = 20;
const burst = 30;
const exits = 15;
// What a start or a burst leaves behind (compilation, collection) is over by then: idle means idle.
const settleMs = 20_000;
const windowMs = 30_000;

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const say = (text: string) => void process.stderr.write(`• ${text}\n`);

/** Everything in one run on one machine, so that the ratios mean something. */
async function bench(): Promise<Results> {
  say('starting a skerry');
  await using skerry = await startSkerry({ node: 'edge-bench' });
  const stop = new AbortController();
  const pods = await watchPods(skerry.kube, stop.signal);
  try {
    await deletePod(skerry, 'hello');
    say(`idle for ${windowMs / 1000} s`);
    const idle = await costs(skerry);
    say('the same CRI calls issued bare');
    const bare = await bareCri(skerry);
    say(`${singles} pods one at a time`);
    const single = await podSpeed(skerry, pods, singles, false);
    say(`${burst} pods at once`);
    const atOnce = await podSpeed(skerry, pods, burst, true);
    say(`${exits} containers that end`);
    const exit = await exitSpeed(skerry, pods, exits);
    say(`${burst} pods at rest for ${windowMs / 1000} s`);
    const loaded = await costsWithPods(skerry);
    return { bare, single, burst: atOnce, exit, idle, loaded };
  } finally {
    stop.abort();
    await pods.running;
  }
}

async function costs(skerry: Skerry) {
  await pause(settleMs);
  return processCosts(
    { cloudcore: await skerry.pidOf('cloudcore'), edgecore: await skerry.pidOf('edgecore') },
    windowMs,
  );
}

async function costsWithPods(skerry: Skerry) {
  const names = Array.from({ length: burst }, (_, index) => `bench-rest-${index}`);
  await Promise.all(names.map((name) => createPod(skerry, shellPod(name, 'sleep 2147483'))));
  await Promise.all(names.map((name) => waitRunning(skerry, name)));
  const result = await costs(skerry);
  await Promise.all(names.map((name) => deletePod(skerry, name)));
  return result;
}

async function bareCri(skerry: Skerry): Promise<Results['bare']> {
  await using runtime = await openContainerd({ endpoint: skerry.endpoint, log: silentLog });
  const { sequentialMs, bursts, best } = await measureBareCri({
    runtime,
    image: helloImage,
    command: ['/bin/sh', '-c', untilStopped],
    sequential: singles,
    burst,
    concurrencies: [2, 4, 8],
  });
  return { toRunning: spreadOf(sequentialMs), bursts, best };
}

const results = await bench();
process.stdout.write(`${values.json ? JSON.stringify(results) : formatResults(results)}\n`);
