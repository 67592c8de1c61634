import { firstServiceAddress } from './admission/index.js';

export interface Reach {
  readonly address: string;
  readonly advertise: readonly string[];
}

const isEverywhere = (address: string) => address === '0.0.0.0' || address === '::';

/** Every name and address a client may know the API server by: what its certificate must say. */
export function servingNames({ address, advertise }: Reach, hostname: string): string[] {
  return [
    ...new Set([
      'localhost',
      hostname,
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      'kubernetes.default.svc.cluster.local',
      '127.0.0.1',
      firstServiceAddress,
      ...(isEverywhere(address) ? [] : [address]),
      ...advertise,
    ]),
  ];
}

/** The URL that kubeconfigs name: the address listened on or, when that is all of them, this machine's loopback. */
export function serverUrl({ address }: Reach, port: number): string {
  const host = isEverywhere(address) ? '127.0.0.1' : address;
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
