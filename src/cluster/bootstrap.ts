import type { KubeApi, KubeObject, ResourceType } from '../kube/index.js';
import { resources } from '../kube/index.js';
import { hasCode } from '../lib/index.js';
import { firstServiceAddress } from './admission/index.js';

const priorityClasses: ResourceType = {
  group: 'scheduling.k8s.io',
  version: 'v1',
  plural: 'priorityclasses',
  kind: 'PriorityClass',
  namespaced: false,
};

const named = (name: string, namespace?: string) => ({ metadata: { name, ...(namespace && { namespace }) } });

const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** What every cluster begins with (facts kubernetes-api §14). What is there already is left as it is. */
export async function createBootstrapObjects(
  api: KubeApi,
  { caPem, port }: { caPem: string; port: number },
): Promise<void> {
  const ensure = async (type: ResourceType, object: KubeObject) => {
    const { name = '', namespace } = object.metadata ?? {};
    try {
      // Asked first: a Service that exists already is refused for its address before its name.
      await api.get(type, { name, namespace });
      return;
    } catch (error) {
      if (!hasCode(error, 'not-found')) throw error;
    }
    try {
      await api.create(type, object);
    } catch (error) {
      if (!hasCode(error, 'already-exists')) throw error;
    }
  };
  for (const name of namespaces) {
    await ensure(resources.namespaces, named(name));
    // The namespace controller makes these too; made here, the first pod need not wait for it.
    await ensure(resources.serviceAccounts, named('default', name));
    await ensure(resources.configMaps, { ...named('kube-root-ca.crt', name), data: { 'ca.crt': caPem } } as KubeObject);
  }
  await ensure(resources.configMaps, {
    ...named('extension-apiserver-authentication', 'kube-system'),
    data: { 'client-ca-file': caPem },
  } as KubeObject);
  const systemClass = (value: number, description: string) => ({ value, description });
  await ensure(priorityClasses, {
    ...named('system-cluster-critical'),
    ...systemClass(2_000_000_000, 'For what the cluster needs to work, wherever it runs.'),
  });
  await ensure(priorityClasses, {
    ...named('system-node-critical'),
    ...systemClass(2_000_001_000, 'For what a node needs to work.'),
  });
  await ensure(resources.services, {
    ...named('kubernetes', 'default'),
    metadata: {
      ...named('kubernetes', 'default').metadata,
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      clusterIP: firstServiceAddress,
      ports: [{ name: 'https', port: 443, targetPort: port }],
    },
  } as KubeObject);
}
