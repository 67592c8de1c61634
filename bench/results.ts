import type { PodSpeed } from './pod-speed.js';
import type { ProcessCost } from './process-cost.js';
import type { Spread } from './statistics.js';

type Costs = Record<'cloudcore' | 'edgecore', ProcessCost>;
interface Burst {
  readonly concurrency: number;
  readonly ms: number;
}

/** One run. Times are milliseconds. */
export interface Results {
  /** Sandbox, create and start by bare CRI calls. */
  readonly bare: { readonly toRunning: Spread; readonly bursts: readonly Burst[]; readonly best: Burst };
  readonly single: PodSpeed;
  readonly burst: PodSpeed;
  /** From the end of a container to the API's watchers. */
  readonly exit: Spread;
  readonly idle: Costs;
  readonly loaded: Costs;
}

/** The table of the README, as Markdown. */
export function formatResults({ bare, single, burst, exit, idle, loaded }: Results): string {
  const spread = ({ p50, p99 }: Spread) => [`${Math.round(p50)} ms`, `${Math.round(p99)} ms`];
  const cost = ({ rssMib, pssMib, cpuPercent }: ProcessCost) =>
    `${rssMib.toFixed(0)} MiB RSS, ${pssMib.toFixed(0)} MiB PSS, ${cpuPercent} % of a core`;
  const ratio = (burst.allRunning / bare.best.ms).toFixed(2);
  const timeRows = [
    ['bare CRI calls: sandbox, create, start', ...spread(bare.toRunning)],
    ['apply to Running, one at a time', ...spread(single.toRunning)],
    [`apply to Running, burst of ${burst.toRunning.count}`, ...spread(burst.toRunning)],
    ['delete (grace 1 s) to gone, one at a time', ...spread(single.toGone)],
    [`delete (grace 1 s) to gone, burst of ${burst.toGone.count}`, ...spread(burst.toGone)],
    ['container exit to API status', ...spread(exit)],
  ];
  const table = (head: string[], rows: string[][]) =>
    [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
  return [
    table(['what', 'p50', 'p99'], timeRows),
    '',
    `All ${burst.toRunning.count} pods of the burst Running after ${burst.allRunning} ms; the same CRI calls issued bare take ${Math.round(bare.best.ms)} ms at their best concurrency (${bare.best.concurrency}): ratio ${ratio}.`,
    '',
    table(
      ['process', 'idle', `with ${burst.toRunning.count} pods`],
      (['cloudcore', 'edgecore'] as const).map((name) => [name, cost(idle[name]), cost(loaded[name])]),
    ),
  ].join('\n');
}
