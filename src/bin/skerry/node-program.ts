import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Layout } from './layout.js';
import type { PartSpec } from './part.js';

/** The folder of the built programs: all of them are bundled into one file each, this one included. */
const dist = dirname(fileURLToPath(import.meta.url));

/** How to run one of our own programs as a part of a skerry. */
export function nodeProgram(layout: Layout, name: string, program: string, args: readonly string[]): PartSpec {
  return {
    name,
    command: process.execPath,
    args: [join(dist, program), ...args],
    graceMs: 15_000,
    logFile: layout.logFile(name),
    processFile: layout.processFile(name),
    holdFile: layout.holdFile(name),
  };
}
