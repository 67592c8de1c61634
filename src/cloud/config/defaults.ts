import { networkInterfaces } from 'node:os';
import type { CloudConfig } from './schema.js';

const ca = '/etc/kubeedge/ca';
const certs = '/etc/kubeedge/certs';

/**
 * What holds when the file says nothing. As in KubeEdge (facts keadm-and-config §2.2), but for
 * `authorization`, which is on: a node may touch only its own objects.
 */
export function defaultConfig(): CloudConfig {
  return {
    commonConfig: { monitorServer: { bindAddress: '127.0.0.1:9091' } },
    kubeAPIConfig: { kubeConfig: '' },
    modules: {
      cloudHub: {
        enable: true,
        keepaliveInterval: 30,
        nodeLimit: 500,
        advertiseAddress: [hostAddress()],
        dnsNames: [''],
        edgeCertSigningDuration: 365,
        tokenRefreshDuration: 12,
        tlsCAFile: `${ca}/rootCA.crt`,
        tlsCAKeyFile: `${ca}/rootCA.key`,
        tlsCertFile: `${certs}/server.crt`,
        tlsPrivateKeyFile: `${certs}/server.key`,
        websocket: { enable: true, address: '0.0.0.0', port: 10_000 },
        https: { enable: true, address: '0.0.0.0', port: 10_002 },
        authorization: { enable: true, debug: false },
      },
      edgeController: { enable: true },
      syncController: { enable: true },
      cloudStream: {
        enable: false,
        tunnelPort: 10_004,
        streamPort: 10_003,
        tlsTunnelCAFile: `${ca}/rootCA.crt`,
        tlsTunnelCertFile: `${certs}/server.crt`,
        tlsTunnelPrivateKeyFile: `${certs}/server.key`,
        tlsStreamCAFile: `${ca}/streamCA.crt`,
        tlsStreamCertFile: `${certs}/stream.crt`,
        tlsStreamPrivateKeyFile: `${certs}/stream.key`,
      },
    },
  };
}

/** The first address of this host that others can reach; loopback on a host without network. */
function hostAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1';
}
