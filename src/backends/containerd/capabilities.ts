import { readFile } from 'node:fs/promises';
import { EdgeError } from '../../lib/index.js';

/** Bit numbers of Linux capabilities a container runtime cannot do without or has to work around. */
const bits = { net_admin: 12, sys_admin: 21, sys_resource: 24 } as const;

export type Capability = keyof typeof bits;

/** Reads the effective set out of the text of a `/proc/<pid>/status` file. */
export function capabilityIn(status: string, capability: Capability): boolean {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (mask === undefined) throw new EdgeError('internal', 'the process status tells no effective capabilities');
  return ((BigInt(`0x${mask}`) >> BigInt(bits[capability])) & 1n) === 1n;
}

/** Whether this process, and so what it starts, holds the capability. */
export async function hasCapability(capability: Capability): Promise<boolean> {
  return capabilityIn(await readFile('/proc/self/status', 'utf8'), capability);
}
