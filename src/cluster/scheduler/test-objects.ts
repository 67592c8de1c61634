import type { Node, Pod } from '../../kube/index.js';

/** A node of a test: 4 cpus, 8Gi, 110 pods unless told otherwise. */
export function testNode(
  name: string,
  more: { allocatable?: Record<string, string>; spec?: Node['spec']; labels?: Record<string, string> } = {},
): Node {
  const { allocatable, spec = {}, labels = {} } = more;
  return {
    metadata: { name, labels },
    spec,
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...allocatable } },
  };
}

/** A pod of a test with one container that requests this much. */
export function testPod(name: string, requests: Record<string, string> = {}, spec: Partial<Pod['spec']> = {}): Pod {
  return {
    metadata: { namespace: 'default', name, uid: `uid-${name}` },
    spec: { containers: [{ name: 'main', image: 'x', resources: { requests } }], ...spec },
  };
}
