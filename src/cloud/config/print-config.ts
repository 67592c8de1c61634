import { stringify } from 'yaml';
import { defaultConfig } from './defaults.js';

const heading = (what: string) => `# ${what} of cloudcore.
# Save it as /etc/kubeedge/config/cloudcore.yaml and change what your site needs.
# Settings that are left out keep their defaults.

`;

const identity = { apiVersion: 'cloudcore.config.kubeedge.io/v1alpha1', kind: 'CloudCore' };

/** Every setting with its default, for `--defaultconfig`. */
export function defaultCloudConfigYaml(): string {
  return heading('All settings') + stringify({ ...identity, ...defaultConfig() });
}

/** The settings a site is likely to change, for `--minconfig`. */
export function minCloudConfigYaml(): string {
  const { kubeAPIConfig, modules } = defaultConfig();
  const { nodeLimit, advertiseAddress, tlsCAFile, tlsCAKeyFile, tlsCertFile, tlsPrivateKeyFile, websocket, https } =
    modules.cloudHub;
  const tls = { tlsCAFile, tlsCAKeyFile, tlsCertFile, tlsPrivateKeyFile };
  const cloudHub = { advertiseAddress, nodeLimit, ...tls, websocket, https };
  return heading('The common settings') + stringify({ ...identity, kubeAPIConfig, modules: { cloudHub } });
}
