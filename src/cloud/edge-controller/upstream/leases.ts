import { type Lease, resources } from '../../../kube/index.js';
import { EdgeError } from '../../../lib/index.js';
import { objectError, objectReply } from './reply.js';
import { objectOf, type UpstreamDependencies, type UpstreamHandler, type UpstreamRequest } from './request.js';

const leaseNamespace = 'kube-node-lease';

/** The API server's 404 must come through as it is: the edge then creates its lease (facts cloudhub-wire §7). */
export const queryLease: UpstreamHandler = {
  failed: objectError,
  async answer(dependencies, request) {
    const key = ownLease(dependencies, request);
    return objectReply(request.message, await dependencies.kube.get(resources.leases, key));
  },
};

export const createLease: UpstreamHandler = {
  failed: objectError,
  async answer(dependencies, request) {
    const lease = leaseOf(dependencies, request);
    return objectReply(request.message, await dependencies.kube.create(resources.leases, lease));
  },
};

export const updateLease: UpstreamHandler = {
  failed: objectError,
  async answer(dependencies, request) {
    const lease = leaseOf(dependencies, request);
    return objectReply(request.message, await dependencies.kube.update(resources.leases, lease));
  },
};

function ownLease({ scope }: UpstreamDependencies, { node, namespace, name }: UpstreamRequest) {
  if (namespace !== leaseNamespace) throw new EdgeError('denied', `node leases live in namespace ${leaseNamespace}`);
  scope.ownName(node, 'lease', name);
  return { namespace, name };
}

function leaseOf(dependencies: UpstreamDependencies, request: UpstreamRequest): Lease {
  const key = ownLease(dependencies, request);
  const lease = objectOf<Lease>(request.message);
  return { ...lease, apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { ...lease.metadata, ...key } };
}
