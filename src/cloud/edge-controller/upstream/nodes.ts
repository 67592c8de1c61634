import { type Node, resources } from '../../../kube/index.js';
import { bareError, objectError, objectReply, okReply, queryError, queryReply } from './reply.js';
import { objectOf, patchOf, type UpstreamHandler } from './request.js';

/** Registration (facts cloudhub-wire §8.4). An existing node is answered AlreadyExists. */
export const createNode: UpstreamHandler = {
  failed: objectError,
  async answer({ kube, scope, hostAddress, streamPort }, { node, message, name }) {
    const wanted = objectOf<Node>(message);
    scope.ownName(node, 'node', name);
    scope.ownName(node, 'node', wanted.metadata?.name);
    scope.labels(node, wanted);
    const created = await kube.create(resources.nodes, {
      ...wanted,
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { ...wanted.metadata, annotations: { ...wanted.metadata?.annotations, cloudcore: hostAddress } },
      ...(wanted.status ? { status: withKubeletPort(wanted.status, streamPort) } : {}),
    });
    return objectReply(message, created);
  },
};

/** The heartbeat of a node's status: a strategic-merge patch of metadata and status. */
export const patchNode: UpstreamHandler = {
  failed: objectError,
  async answer({ kube, scope, streamPort }, { node, message, name }) {
    scope.ownName(node, 'node', name);
    const { metadata, status } = patchOf(message) as Node;
    scope.labels(node, { ...(metadata ? { metadata } : {}) });
    const body = {
      ...(metadata ? { metadata } : {}),
      ...(status ? { status: streamPort === undefined ? status : withoutKubeletPort(status) } : {}),
    };
    const key = { name };
    return objectReply(
      message,
      await kube.patch(resources.nodes, key, { kind: 'strategic', body }, { subresource: 'status' }),
    );
  },
};

/** Labels and annotations of the node, from an edge whose local users changed them. */
export const updateNode: UpstreamHandler = {
  failed: bareError,
  async answer({ kube, scope }, { node, message, name }) {
    scope.ownName(node, 'node', name);
    const { metadata } = objectOf<Node>(message);
    scope.labels(node, { ...(metadata ? { metadata } : {}) });
    const { labels, annotations } = metadata ?? {};
    const body = { metadata: { ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) } };
    await kube.patch(resources.nodes, { name }, { kind: 'merge', body });
    return okReply(message);
  },
};

export const queryNode: UpstreamHandler = {
  failed: queryError,
  async answer({ kube, scope }, { node, message, name }) {
    scope.ownName(node, 'node', name);
    return queryReply(message, await kube.get(resources.nodes, { name }));
  },
};

type NodeStatus = NonNullable<Node['status']>;

function withKubeletPort(status: NodeStatus, port: number | undefined): NodeStatus {
  return port === undefined ? status : { ...status, daemonEndpoints: { kubeletEndpoint: { Port: port } } };
}

/** The edge knows only its own port; the API server must find the cloud's (facts stream-tunnel §8). */
function withoutKubeletPort(status: NodeStatus): NodeStatus {
  const { daemonEndpoints: _edge, ...rest } = status;
  return rest;
}
