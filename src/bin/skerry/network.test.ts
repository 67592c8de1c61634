import { describe, expect, it } from 'vitest';
import { bridgeFor, parseRoutes } from './network.js';
import { mountPoints } from './purge.js';

const routes = [
  'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
  'eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0',
  'eth0\t0007E70A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
  '',
].join('\n');

describe('the machine as the kernel shows it', () => {
  it('reads routes in the byte order of the machine', () => {
    expect(parseRoutes(routes)).toEqual([
      { destination: 0, mask: 0 },
      { destination: (10 << 24) | (231 << 16) | (7 << 8), mask: -256 },
    ]);
  });

  it('reads mount points with their escapes', () => {
    const line = '36 35 98:0 / /var/lib/a\\040b/c rw,noatime - ext4 /dev/root rw';
    expect(mountPoints(`${line}\n`)).toEqual(['/var/lib/a b/c']);
  });

  it('gives every state its own bridge, short enough for the kernel', () => {
    expect(bridgeFor('/var/lib/skerry')).not.toBe(bridgeFor('/var/lib/other'));
    expect(bridgeFor('/var/lib/skerry')).toMatch(/^[a-z0-9-]{1,15}$/);
  });
});
