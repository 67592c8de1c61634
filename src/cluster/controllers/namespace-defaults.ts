import { createInformer, resources } from '../../kube/index.js';
import { hasCode, runTogether } from '../../lib/index.js';
import type { Controller } from './context.js';
import { synced } from './synced.js';
import { createWorkQueue } from './work-queue.js';

const account = 'default';
const caName = 'kube-root-ca.crt';

/** Gives every namespace its ServiceAccount `default` and the ConfigMap `kube-root-ca.crt` (facts kubernetes-api §14), also after they are lost or changed. */
export const namespaceDefaults: Controller = (context) => {
  const { api, log, now, random, namespaces, caPem } = context;
  const named = (name: string) => ({ where: { fieldSelector: `metadata.name=${name}` }, api, log, random });
  const accounts = createInformer({ type: resources.serviceAccounts, ...named(account) });
  const configMaps = createInformer({ type: resources.configMaps, ...named(caName) });

  const queue = createWorkQueue({
    name: 'namespace-defaults',
    log,
    now,
    async work(namespace, signal) {
      const found = namespaces.get(namespace);
      if (!found || found.metadata?.deletionTimestamp !== undefined) return;
      if (!accounts.get(`${namespace}/${account}`)) {
        await made(api.create(resources.serviceAccounts, { metadata: { namespace, name: account } }, { signal }));
      }
      const data = { 'ca.crt': caPem };
      const configMap = configMaps.get(`${namespace}/${caName}`);
      if (!configMap) {
        await made(api.create(resources.configMaps, { metadata: { namespace, name: caName }, data }, { signal }));
      } else if (configMap.data?.['ca.crt'] !== caPem) {
        const patch = { kind: 'merge', body: { data } } as const;
        await api.patch(resources.configMaps, { namespace, name: caName }, patch, { signal });
      }
    },
  });

  return async (signal) => {
    await runTogether(signal, [
      accounts.run,
      configMaps.run,
      async (stop) => {
        if (!(await synced(stop, [namespaces, accounts, configMaps]))) return;
        using _namespaces = namespaces.subscribe(({ kind, item }) => {
          if (kind === 'put') queue.add(item.metadata?.name ?? '');
        });
        using _accounts = accounts.subscribe(({ kind, item }) => {
          if (kind === 'drop') queue.add(item.metadata?.namespace ?? '');
        });
        using _configMaps = configMaps.subscribe(({ item }) => queue.add(item.metadata?.namespace ?? ''));
        await queue.run(stop);
      },
    ]);
  };
};

/** Somebody else made it first, or the namespace went: both are as good. */
async function made(creation: Promise<unknown>): Promise<void> {
  await creation.catch((error: unknown) => {
    if (!hasCode(error, 'already-exists', 'not-found')) throw error;
  });
}
