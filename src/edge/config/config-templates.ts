import { hostname } from 'node:os';

const head = `apiVersion: edgecore.config.kubeedge.io/v1alpha2
kind: EdgeCore
`;

/** A file with what a join needs and nothing else; host and token are to be filled in. */
export function minEdgeConfigYaml(node: string = hostname().toLowerCase()): string {
  return `${head}modules:
  edgeHub:
    # Addresses of the cloud, and the token of: keadm gettoken
    httpServer: https://127.0.0.1:10002
    websocket:
      server: 127.0.0.1:10000
    token: ""
  edged:
    hostnameOverride: ${JSON.stringify(node)}
`;
}

/** A file with every key this edgecore heeds, at its default. */
export function defaultEdgeConfigYaml(node: string = hostname().toLowerCase()): string {
  return `${head}database:
  dataSource: /var/lib/kubeedge/edgecore.db
modules:
  edgeHub:
    enable: true
    # Seconds between keepalives; a cloud gives up after 30.
    heartbeat: 15
    httpServer: https://127.0.0.1:10002
    projectID: e632aba927ea4ac2b575ec1603d56f10
    rotateCertificates: true
    tlsCaFile: /etc/kubeedge/ca/rootCA.crt
    tlsCertFile: /etc/kubeedge/certs/server.crt
    tlsPrivateKeyFile: /etc/kubeedge/certs/server.key
    # Of: keadm gettoken. Needed until the first certificate is there.
    token: ""
    websocket:
      enable: true
      handshakeTimeout: 30
      server: 127.0.0.1:10000
  edgeStream:
    enable: false
    handshakeTimeout: 30
    server: 127.0.0.1:10004
    tlsTunnelCAFile: /etc/kubeedge/ca/rootCA.crt
    tlsTunnelCertFile: /etc/kubeedge/certs/server.crt
    tlsTunnelPrivateKeyFile: /etc/kubeedge/certs/server.key
  metaManager:
    # Seconds a question to the cloud may take.
    remoteQueryTimeout: 60
  edged:
    hostnameOverride: ${JSON.stringify(node)}
    # Empty: the address of the default route.
    nodeIP: ""
    nodeLabels: {}
    registerSchedulable: true
    reportEvent: false
    rootDirectory: /var/lib/kubelet
    tailoredKubeletConfig:
      address: 127.0.0.1
      # cgroupfs, systemd, or auto: what the runtime uses.
      cgroupDriver: auto
      clusterDNS: []
      clusterDomain: cluster.local
      containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
      imageServiceEndpoint: unix:///run/containerd/containerd.sock
      maxPods: 110
      nodeLeaseDurationSeconds: 40
      nodeStatusReportFrequency: 5m0s
      nodeStatusUpdateFrequency: 10s
      podLogsDir: /var/log/pods
      readOnlyPort: 10350
      registerNode: true
      registerWithTaints: []
      resolvConf: /etc/resolv.conf
      runtimeRequestTimeout: 2m0s
`;
}
