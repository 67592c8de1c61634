import { appendFileSync, writeFileSync } from 'node:fs';

/** The lines of a container's log in the format of CRI: time, stream, full or part, text (facts kubelet-on-cri §4.8). */
export function criLogLines(time: bigint, stream: 'stdout' | 'stderr', text: string): string {
  if (text === '') return '';
  const whole = new Date(Number(time / 1_000_000n)).toISOString().slice(0, 20);
  const stamp = `${whole}${String(time % 1_000_000_000n).padStart(9, '0')}Z`;
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => `${stamp} ${stream} F ${line}\n`)
    .join('');
}

/** Where the fake puts container output. */
export interface FakeLogs {
  open(path: string): void;
  append(path: string, lines: string): void;
}

/** Synchronous, so that a log is complete before the exit it belongs to is seen. */
export const logFiles: FakeLogs = {
  open: (path) => writeFileSync(path, '', { flag: 'a', mode: 0o640 }),
  append: (path, lines) => appendFileSync(path, lines),
};

export const noLogs: FakeLogs = { open: () => {}, append: () => {} };
