import { readFile } from 'node:fs/promises';
import { pause } from '../src/lib/index.js';

/** Memory in MiB, CPU as a share of one core in per cent. */
export interface ProcessCost {
  readonly rssMib: number;
  readonly pssMib: number;
  readonly cpuPercent: number;
}

/** USER_HZ: what /proc counts CPU time in, 100 on every Linux architecture Node runs on. */
const ticksPerSecond = 100;

/** What the processes cost over `windowMs` in which nobody asks them for anything. */
export async function processCosts<Name extends string>(
  pids: Record<Name, number>,
  windowMs: number,
): Promise<Record<Name, ProcessCost>> {
  const entries = Object.entries(pids) as [Name, number][];
  const before = await Promise.all(entries.map(([, pid]) => cpuTicks(pid)));
  const start = performance.now();
  await pause(windowMs);
  const seconds = (performance.now() - start) / 1000;
  const costs = await Promise.all(
    entries.map(async ([name, pid], index): Promise<[Name, ProcessCost]> => {
      const ticks = (await cpuTicks(pid)) - (before[index] ?? 0);
      const { rssMib, pssMib } = await memory(pid);
      return [name, { rssMib, pssMib, cpuPercent: round((ticks / ticksPerSecond / seconds) * 100) }];
    }),
  );
  return Object.fromEntries(costs) as Record<Name, ProcessCost>;
}

async function cpuTicks(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

async function memory(pid: number): Promise<{ rssMib: number; pssMib: number }> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kib = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1]);
  return { rssMib: round(kib('Rss') / 1024), pssMib: round(kib('Pss') / 1024) };
}

const round = (value: number) => Math.round(value * 100) / 100;
