import { describe, expect, it } from 'vitest';
import { defaultConfig } from './defaults.js';
import { loadCloudConfig } from './load-config.js';
import { defaultCloudConfigYaml, minCloudConfigYaml } from './print-config.js';

describe('cloudcore.yaml', () => {
  it('reads what it prints without a warning', () => {
    const warnings: string[] = [];
    const warn = (sentence: string) => void warnings.push(sentence);
    expect(loadCloudConfig(defaultCloudConfigYaml(), warn)).toEqual(defaultConfig());
    expect(loadCloudConfig(minCloudConfigYaml(), warn)).toEqual(defaultConfig());
    expect(loadCloudConfig('', warn)).toEqual(defaultConfig());
    expect(warnings).toEqual([]);
  });

  it('lays the file over the defaults, in any letter case, and replaces lists', () => {
    const config = loadCloudConfig(
      'modules: {CLOUDHUB: {nodelimit: 9, advertiseAddress: [10.0.0.1], https: {port: 12}}}',
    );
    expect(config.modules.cloudHub).toMatchObject({
      nodeLimit: 9,
      advertiseAddress: ['10.0.0.1'],
      https: { port: 12, address: '0.0.0.0', enable: true },
      websocket: { port: 10_000 },
    });
  });

  it('warns of unknown keys and of features that are missing, and of nothing else', () => {
    const warnings: string[] = [];
    const text = `
modules:
  cloudHub: {writeTimeout: 30, colour: red, quic: {enable: true, port: 10001}}
  edgeController: {buffer: {podEvent: 1}}
  router: {enable: false, port: 9443}
surprise: 1`;
    loadCloudConfig(text, (sentence) => void warnings.push(sentence));
    expect(warnings).toEqual([
      'modules.cloudHub.colour is not a setting of cloudcore.yaml; it is ignored',
      'modules.cloudHub.quic.enable is true, but the QUIC hub is not available yet',
      'surprise is not a setting of cloudcore.yaml; it is ignored',
    ]);
  });

  it.each([
    ['modules: {cloudHub: {https: {port: 70000}}}', 'modules.cloudHub.https.port must be 1 to 65535'],
    ['modules: {cloudHub: {websocket: {address: here}}}', 'modules.cloudHub.websocket.address must be an IP address'],
    ['kubeAPIConfig: {kubeConfig: admin.conf}', 'kubeAPIConfig.kubeConfig must be an absolute path'],
    ['commonConfig: {monitorServer: {bindAddress: "9091"}}', 'bindAddress must be <IP>:<port>'],
    ['modules: {cloudHub: 7}', 'modules.cloudHub'],
    ['- a', 'not a map of settings'],
    ['a: [', 'is not YAML'],
  ])('refuses %s and names the field', (text, sentence) => {
    expect(() => loadCloudConfig(text)).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.stringContaining(sentence) }),
    );
  });
});
