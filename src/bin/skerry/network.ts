import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { EdgeError } from '../../lib/index.js';

/** A name that no other skerry on this machine has; an interface name holds 15 characters at most. */
export function bridgeFor(state: string): string {
  return `skerry-${createHash('sha256').update(state).digest('hex').slice(0, 8)}`;
}

/** The first of 10.231.0.0/24 ... 10.231.255.0/24, counted from one the bridge's name picks, that no route touches. */
export async function chooseSubnet(bridge: string): Promise<string> {
  const routes = parseRoutes(await readFile('/proc/net/route', 'utf8'));
  const first = createHash('sha256').update(bridge).digest().readUInt8(0);
  for (let step = 0; step < 256; step += 1) {
    const third = (first + step) % 256;
    const network = (10 << 24) | (231 << 16) | (third << 8);
    if (!routes.some(({ destination, mask }) => mask !== 0 && (network & mask) === (destination & mask))) {
      return `10.231.${third}.0/24`;
    }
  }
  throw new EdgeError('unavailable', 'No free pod network: every 10.231.x.0/24 has a route already.');
}

/** Columns of /proc/net/route are hexadecimal in the machine's (little-endian) byte order. */
export function parseRoutes(text: string): { destination: number; mask: number }[] {
  const swap = (hex: string) => Buffer.from(hex, 'hex').readInt32LE(0);
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .map((columns) => ({ destination: swap(columns[1] ?? ''), mask: swap(columns[7] ?? '') }));
}

/** Removes the pod bridge; an absent one is fine. */
export async function removeBridge(bridge: string): Promise<void> {
  const result = await execa('ip', ['link', 'delete', bridge, 'type', 'bridge'], { reject: false });
  if (result.exitCode !== 0 && !/Cannot find device/.test(result.stderr)) {
    throw new EdgeError('internal', `The bridge ${bridge} cannot be removed: ${result.stderr}`);
  }
}
