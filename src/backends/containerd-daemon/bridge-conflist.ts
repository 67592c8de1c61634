import { isIPv4 } from 'node:net';
import { EdgeError } from '../../lib/index.js';

/**
 * A CNI network list: a bridge with addresses from `subnet`, and host ports (facts runtime-backends §6).
 * @param options.bridge interface name; the kernel allows 15 characters
 * @param options.subnet IPv4 in CIDR form
 * @param options.dataDir where leases are kept; the plugin's own folder, /var/lib/cni/networks, when absent
 */
export function bridgeConflist(options: { name: string; bridge: string; subnet: string; dataDir?: string }) {
  const { name, bridge, subnet, dataDir } = options;
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/.test(bridge)) {
    throw new EdgeError(
      'invalid',
      `bridge ${JSON.stringify(bridge)} is no interface name: use up to 15 letters, digits, - and _`,
    );
  }
  const [address = '', length = ''] = subnet.split('/');
  if (!isIPv4(address) || !/^\d+$/.test(length) || Number(length) < 8 || Number(length) > 29) {
    throw new EdgeError('invalid', `subnet ${JSON.stringify(subnet)} is no IPv4 network: write it as 10.88.0.0/16`);
  }
  return {
    cniVersion: '1.0.0',
    name,
    plugins: [
      {
        type: 'bridge',
        bridge,
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet }]],
          routes: [{ dst: '0.0.0.0/0' }],
          ...(dataDir !== undefined && { dataDir }),
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}
