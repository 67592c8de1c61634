import type { Node } from '../../kube/index.js';
import type { AdmissionRule } from './admission.js';

const notReady = 'node.kubernetes.io/not-ready';

/** A new node takes no pods before its readiness was seen: the node lifecycle controller lifts the taint (facts kubernetes-api §9). */
export const nodeRule: AdmissionRule = {
  create(kind, object) {
    if (kind.storage !== 'core/nodes') return object;
    const node = object as Node;
    const taints = node.spec?.taints ?? [];
    if (taints.some(({ key, effect }) => key === notReady && effect === 'NoSchedule')) return node;
    return { ...node, spec: { ...node.spec, taints: [...taints, { key: notReady, effect: 'NoSchedule' }] } } as Node;
  },
};
