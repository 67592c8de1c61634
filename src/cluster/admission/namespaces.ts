import { type Namespace, notFound, resources } from '../../kube/index.js';
import { forbidden } from '../refusals.js';
import type { AdmissionRule } from './admission.js';

const storage = 'core/namespaces';
const protectedNames = ['default', 'kube-system', 'kube-public'];

/** Namespaces: what is inside needs one that lives, three of them stay (facts kubernetes-api §3, §9, §13). */
export const namespaceRule: AdmissionRule = {
  create(kind, object, around) {
    const namespace = object.metadata?.namespace;
    if (!kind.type.namespaced || namespace === undefined) return object;
    const home = around.current(`${storage}/${namespace}`) as Namespace | undefined;
    if (!home) throw notFound(resources.namespaces, namespace);
    if (!home.metadata?.deletionTimestamp) return object;
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    throw forbidden(kind, object.metadata?.name ?? '', why, [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ]);
  },
  update(kind, object, before) {
    if (kind.storage !== storage) return object;
    // Its finalizers shrink through /finalize only.
    const { spec } = before as Namespace;
    return { ...object, ...(spec && { spec }) } as Namespace;
  },
  remove(kind, { metadata }) {
    const name = metadata?.name ?? '';
    if (kind.storage === storage && protectedNames.includes(name)) {
      throw forbidden(kind, name, 'this namespace may not be deleted');
    }
  },
};
