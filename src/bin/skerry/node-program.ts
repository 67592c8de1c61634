import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import interpreters from '../interpreters.json' with { type: 'json' };
import type { Layout } from './layout.js';
import type { PartSpec } from './part.js';

/** The folder of the built programs: all of them are bundled into one file each, this one included. */
const dist = dirname(fileURLToPath(import.meta.url));

/** Words for env(1), as in the first line of the built program; `node` stands for the one that runs here. */
const interpreterOf: Readonly<Record<string, readonly string[]>> = interpreters;

/** How to run one of our own programs as a part of a skerry. */
export function nodeProgram(layout: Layout, name: string, program: string, args: readonly string[]): PartSpec {
  const words = interpreterOf[basename(program, '.js')] ?? ['node'];
  return {
    name,
    command: '/usr/bin/env',
    args: [...words.map((word) => (word === 'node' ? process.execPath : word)), join(dist, program), ...args],
    graceMs: 15_000,
    logFile: layout.logFile(name),
    processFile: layout.processFile(name),
    holdFile: layout.holdFile(name),
  };
}
