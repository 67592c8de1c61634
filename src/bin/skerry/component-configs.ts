import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Layout } from './layout.js';
import type { Ports } from './ports.js';
import type { Settings } from './settings.js';

const loopback = '127.0.0.1';

/** cloudcore.yaml for a cloud part that only this machine reaches (facts keadm-and-config §2.2). */
export function cloudcoreYaml(layout: Layout, ports: Ports): string {
  const ca = (name: string) => join(layout.cloudcore, 'ca', name);
  const certificate = (name: string) => join(layout.cloudcore, 'certs', name);
  return stringify({
    apiVersion: 'cloudcore.config.kubeedge.io/v1alpha1',
    kind: 'CloudCore',
    commonConfig: {
      tunnelPort: ports.edged,
      monitorServer: { bindAddress: `${loopback}:${ports.monitor}`, enableProfiling: false },
    },
    kubeAPIConfig: { kubeConfig: layout.cloudKubeconfig },
    modules: {
      cloudHub: {
        enable: true,
        advertiseAddress: [loopback],
        dnsNames: ['localhost'],
        tlsCAFile: ca('rootCA.crt'),
        tlsCAKeyFile: ca('rootCA.key'),
        tlsCertFile: certificate('server.crt'),
        tlsPrivateKeyFile: certificate('server.key'),
        websocket: { enable: true, address: loopback, port: ports.hub },
        https: { enable: true, address: loopback, port: ports.hubHttps },
        quic: { enable: false },
        unixsocket: { enable: false, address: `unix://${join(layout.cloudcore, 'kubeedge.sock')}` },
      },
      cloudStream: {
        enable: true,
        streamPort: ports.stream,
        tunnelPort: ports.tunnel,
        tlsStreamCAFile: layout.clusterCa,
        tlsStreamCertFile: join(layout.stream, 'stream.crt'),
        tlsStreamPrivateKeyFile: join(layout.stream, 'stream.key'),
      },
      dynamicController: { enable: false },
      router: { enable: false },
      iptablesManager: { enable: false },
    },
  });
}

/** edgecore.yaml v1alpha2 for the edge beside it (facts keadm-and-config §3.2, §3.3). */
export function edgecoreYaml(options: {
  readonly layout: Layout;
  readonly ports: Ports;
  readonly settings: Pick<Settings, 'node' | 'bridge'>;
  readonly token: string;
  readonly runtimeEndpoint: string;
  readonly cgroupDriver: 'systemd' | 'cgroupfs';
}): string {
  const { layout, ports, settings, token, runtimeEndpoint, cgroupDriver } = options;
  const certificate = (name: string) => join(layout.edgecore, 'certs', name);
  const tls = {
    tlsCertFile: certificate('server.crt'),
    tlsPrivateKeyFile: certificate('server.key'),
  };
  return stringify({
    apiVersion: 'edgecore.config.kubeedge.io/v1alpha2',
    kind: 'EdgeCore',
    database: { dataSource: join(layout.edgecore, 'edgecore.db') },
    modules: {
      edged: {
        enable: true,
        reportEvent: true,
        hostnameOverride: settings.node,
        rootDirectory: join(layout.edgecore, 'kubelet'),
        tailoredKubeletConfig: {
          address: loopback,
          readOnlyPort: ports.edged,
          podLogsDir: join(layout.edgecore, 'pods'),
          containerRuntimeEndpoint: runtimeEndpoint,
          imageServiceEndpoint: runtimeEndpoint,
          cgroupDriver,
          // A tree of our own, so that everything of it can be removed again.
          cgroupRoot: `/${settings.bridge}`,
        },
      },
      edgeHub: {
        enable: true,
        token,
        httpServer: `https://${loopback}:${ports.hubHttps}`,
        tlsCaFile: join(layout.edgecore, 'ca', 'rootCA.crt'),
        ...tls,
        websocket: { enable: true, server: `${loopback}:${ports.hub}` },
        quic: { enable: false },
      },
      edgeStream: {
        enable: true,
        server: `${loopback}:${ports.tunnel}`,
        tlsTunnelCAFile: join(layout.edgecore, 'ca', 'rootCA.crt'),
        tlsTunnelCertFile: tls.tlsCertFile,
        tlsTunnelPrivateKeyFile: tls.tlsPrivateKeyFile,
      },
      eventBus: { enable: false },
      serviceBus: { enable: false },
      deviceTwin: { enable: false },
    },
  });
}
