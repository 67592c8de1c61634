import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { EdgeError } from '../../lib/index.js';
import { defaultEdgeConfigYaml, minEdgeConfigYaml } from './config-templates.js';
import { loadEdgeConfig } from './load-edge-config.js';

const machine = {
  hostname: 'Host.Example',
  addressOf: (name: string) => (name === 'eth0' ? '10.1.2.3' : undefined),
};
const load = (file: unknown) => loadEdgeConfig(typeof file === 'string' ? file : stringify(file), machine);
const edged = (section: object) => load({ modules: { edged: section } });
const kubelet = (section: object) => edged({ tailoredKubeletConfig: section });
const v1alpha1 = (section: object) =>
  load({ apiVersion: 'edgecore.config.kubeedge.io/v1alpha1', modules: { edged: section } });

describe('the configuration of an edge', { timeout: 30_000 }, () => {
  it('has KubeEdge defaults for an empty file and takes its name from the machine', () => {
    const config = load('');
    expect(config).toMatchObject({
      nodeName: 'host.example',
      databasePath: '/var/lib/kubeedge/edgecore.db',
      queryTimeoutMs: 60_000,
      reportEvents: false,
      runtime: { endpoint: 'unix:///run/containerd/containerd.sock', requestTimeoutMs: 120_000 },
      hub: { heartbeatMs: 15_000, caFile: '/etc/kubeedge/ca/rootCA.crt', rotateCertificates: true },
      edged: { port: 10350, maxPods: 110, cgroupDriver: 'auto', registerNode: true },
      warnings: [],
    });
    expect(config.stream).toBeUndefined();
  });

  it('reads its own templates without a warning', () => {
    expect(load(defaultEdgeConfigYaml('n1'))).toMatchObject({ nodeName: 'n1', warnings: [] });
    expect(load(minEdgeConfigYaml('n1'))).toMatchObject({ nodeName: 'n1', warnings: [] });
    expect(load(defaultEdgeConfigYaml('host.example'))).toEqual({
      ...load(''),
      edged: load(defaultEdgeConfigYaml('host.example')).edged,
      runtime: load('').runtime,
    });
  });

  it('reads durations, taints, labels and addresses', () => {
    const config = load({
      modules: {
        edged: {
          customInterfaceName: 'eth0',
          nodeLabels: { zone: 'a' },
          tailoredKubeletConfig: {
            runtimeRequestTimeout: '1m30s',
            clusterDNS: ['10.96.0.10'],
            registerWithTaints: [{ key: 'edge', effect: 'NoSchedule' }],
          },
        },
        edgeStream: { enable: true, server: 'cloud.example:10004' },
      },
    });
    expect(config.edged).toMatchObject({
      nodeIp: '10.1.2.3',
      labels: { zone: 'a' },
      clusterDns: ['10.96.0.10'],
      taints: [{ key: 'edge', effect: 'NoSchedule' }],
    });
    expect(config.runtime.requestTimeoutMs).toBe(90_000);
    expect(config.stream).toMatchObject({ server: 'cloud.example:10004', nodeIp: '10.1.2.3' });
  });

  it('gives the keys of v1alpha1 their meaning of today', () => {
    const config = v1alpha1({
      runtimeType: 'remote',
      remoteRuntimeEndpoint: 'unix:///run/crio/crio.sock',
      remoteImageEndpoint: 'unix:///run/crio/crio.sock',
      cgroupDriver: 'systemd',
      clusterDNS: '10.96.0.10',
      clusterDomain: 'cluster.local',
      labels: { zone: 'a' },
      annotations: { owner: 'me' },
      taints: [{ key: 'edge', value: 'x', effect: 'NoExecute' }],
      runtimeRequestTimeout: 2,
      nodeStatusUpdateFrequency: 20,
    });
    expect(config.runtime).toEqual({ endpoint: 'unix:///run/crio/crio.sock', requestTimeoutMs: 120_000 });
    expect(config.edged).toMatchObject({
      cgroupDriver: 'systemd',
      clusterDns: ['10.96.0.10'],
      labels: { zone: 'a' },
      annotations: { owner: 'me' },
      taints: [{ key: 'edge', value: 'x', effect: 'NoExecute' }],
      statusIntervalMs: 20_000,
    });
    expect(config.warnings).toEqual([]);
  });

  it.each([
    ['docker as runtime', () => v1alpha1({}), 'unsupported', 'modules.edged.runtimeType'],
    [
      'QUIC',
      () => load({ modules: { edgeHub: { quic: { enable: true } } } }),
      'unsupported',
      'modules.edgeHub.quic.enable',
    ],
    ['no hub', () => load({ modules: { edgeHub: { enable: false } } }), 'unsupported', 'modules.edgeHub.enable'],
    [
      'a number for a name',
      () => edged({ hostnameOverride: 7 }),
      'invalid',
      'modules.edged.hostnameOverride must be a text, not 7',
    ],
    ['a name with capitals', () => edged({ hostnameOverride: 'Edge' }), 'invalid', 'hostnameOverride'],
    [
      'a text for a flag',
      () => kubelet({ registerNode: 'yes' }),
      'invalid',
      'registerNode must be true or false, not "yes"',
    ],
    [
      'a port too high',
      () => kubelet({ readOnlyPort: 70_000 }),
      'invalid',
      'readOnlyPort must be a whole number from 0 to 65535',
    ],
    [
      'a duration that is none',
      () => kubelet({ runtimeRequestTimeout: '2 minutes' }),
      'invalid',
      'runtimeRequestTimeout',
    ],
    ['an unknown cgroup driver', () => kubelet({ cgroupDriver: 'other' }), 'invalid', 'cgroupDriver'],
    ['a text for a list', () => kubelet({ clusterDNS: '10.96.0.10' }), 'invalid', 'clusterDNS must be a list of texts'],
    [
      'a taint without effect',
      () => kubelet({ registerWithTaints: [{ key: 'a' }] }),
      'invalid',
      'registerWithTaints[0]',
    ],
    ['an address that is none', () => edged({ nodeIP: 'here' }), 'invalid', 'nodeIP'],
    ['an interface without address', () => edged({ customInterfaceName: 'wlan7' }), 'invalid', 'wlan7'],
    [
      'a server without port',
      () => load({ modules: { edgeHub: { websocket: { server: 'cloud' } } } }),
      'invalid',
      'websocket.server',
    ],
    ['plain HTTP', () => load({ modules: { edgeHub: { httpServer: 'http://c:1' } } }), 'invalid', 'httpServer'],
    ['a list for a mapping', () => load({ modules: [] }), 'invalid', 'modules must be a mapping'],
    ['another kind', () => load({ kind: 'CloudCore' }), 'invalid', 'kind must be EdgeCore'],
    ['another version', () => load({ apiVersion: 'v9' }), 'invalid', 'apiVersion must be'],
    ['broken YAML', () => load('a: [b'), 'invalid', 'not YAML'],
  ])('refuses %s by name', (_, act, code, text) => {
    expect(act).toThrow(expect.objectContaining({ code, message: expect.stringContaining(text) }));
  });

  it('warns of keys nobody knows and of modules that are not there', () => {
    const { warnings } = load({
      modules: { edgeHub: { hearbeat: 3 }, eventBus: { enable: true, mqttMode: 2 }, foo: {} },
    });
    expect(warnings).toEqual([
      'modules.eventBus is enabled but not supported yet; it does not run',
      'modules.foo is not a key this edgecore knows; it is ignored',
      'modules.edgeHub.hearbeat is not a key this edgecore knows; it is ignored',
    ]);
  });

  it('reads any YAML or refuses it with an EdgeError', () => {
    const keys = fc.constantFrom(
      'modules',
      'edged',
      'edgeHub',
      'tailoredKubeletConfig',
      'websocket',
      'server',
      'taints',
      'nodeLabels',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.jsonValue(),
        fc.dictionary(keys, tie('tree')),
        fc.array(tie('tree'), { maxLength: 3 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (file) => {
        try {
          load({ modules: file });
        } catch (error) {
          expect(error).toBeInstanceOf(EdgeError);
        }
      }),
      { numRuns: 150 },
    );
  });
});
