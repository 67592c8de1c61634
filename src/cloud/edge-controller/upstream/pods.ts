import { type Pod, resources } from '../../../kube/index.js';
import { EdgeError, hasCode } from '../../../lib/index.js';
import { bareError, objectError, objectReply, okReply } from './reply.js';
import { objectOf, patchOf, type UpstreamHandler } from './request.js';

/** Pod status: only `metadata.uid` and `status` of the patch count, as the API server's own rule for nodes has it. */
export const patchPod: UpstreamHandler = {
  failed: objectError,
  async answer({ kube, scope }, { node, message, namespace, name }) {
    await scope.ownPod(node, namespace, name);
    const { metadata, status } = patchOf(message) as Pod;
    const body = { ...(metadata?.uid ? { metadata: { uid: metadata.uid } } : {}), status };
    const key = { namespace, name };
    return objectReply(
      message,
      await kube.patch(resources.pods, key, { kind: 'strategic', body }, { subresource: 'status' }),
    );
  },
};

/** Mirror pods of static pods. */
export const createPod: UpstreamHandler = {
  failed: objectError,
  async answer({ kube, scope }, { node, message, namespace }) {
    const pod = objectOf<Pod>(message);
    scope.mirrorPod(node, pod);
    const metadata = { ...pod.metadata, namespace };
    return objectReply(message, await kube.create(resources.pods, { ...pod, apiVersion: 'v1', kind: 'Pod', metadata }));
  },
};

/**
 * The end of a pod whose containers have stopped. A pod that is gone, or was replaced by one with another UID,
 * counts as success (facts cloudhub-wire §8.4).
 */
export const deletePod: UpstreamHandler = {
  failed: bareError,
  async answer({ kube, scope }, { node, message, namespace, name }) {
    try {
      await scope.ownPod(node, namespace, name);
      await kube.delete(resources.pods, { namespace, name }, deleteOptions(message.content));
    } catch (error) {
      if (!hasCode(error, 'not-found', 'conflict')) throw error;
    }
    return okReply(message);
  },
};

interface WireDeleteOptions {
  gracePeriodSeconds?: unknown;
  preconditions?: { uid?: unknown } | null;
}

/** Edges before DeleteOptions sent the bare UID. */
function deleteOptions(content: unknown): { gracePeriodSeconds: number; uid?: string } {
  if (typeof content === 'string' && content !== '') return { gracePeriodSeconds: 0, uid: content };
  const { gracePeriodSeconds = 0, preconditions } = (content ?? {}) as WireDeleteOptions;
  const uid = preconditions?.uid;
  if (typeof gracePeriodSeconds !== 'number' || (uid !== undefined && typeof uid !== 'string')) {
    throw new EdgeError('invalid', 'DeleteOptions need a number gracePeriodSeconds and a string preconditions.uid');
  }
  return { gracePeriodSeconds, ...(uid === undefined ? {} : { uid }) };
}
