import type { KubeObject, Pod } from '../../kube/index.js';
import { childOf } from '../../lib/index.js';
import type { Api, Call } from './call.js';

const patienceMs = 1000;

/**
 * Gives the controller that makes the default ServiceAccount of a new namespace a moment: clients create a namespace
 * and a pod in it in one breath. Admission decides afterwards, whether it came or not.
 */
export async function awaitAccount({ store }: Api, { kind, path, signal }: Call, object: KubeObject): Promise<void> {
  if (kind.storage !== 'core/pods' || !store.get(`core/namespaces/${path.namespace}`)) return;
  const prefix = `core/serviceaccounts/${path.namespace}/`;
  const key = `${prefix}${(object as Pod).spec?.serviceAccountName || 'default'}`;
  if (store.current(key)) return;
  using stop = childOf(signal);
  const timer = setTimeout(() => stop.abort(), patienceMs);
  try {
    for await (const event of store.watch(prefix, store.revision(), stop.signal)) {
      if (event.key === key) return;
    }
  } finally {
    clearTimeout(timer);
  }
}
