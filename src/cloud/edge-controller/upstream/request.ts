import type { KubeApi, KubeObject } from '../../../kube/index.js';
import { EdgeError } from '../../../lib/index.js';
import type { Message } from '../../../wire/index.js';
import type { NodeScope } from '../node-scope.js';

export interface UpstreamDependencies {
  readonly kube: Pick<KubeApi, 'get' | 'create' | 'update' | 'patch' | 'post' | 'delete'>;
  readonly scope: NodeScope;
  /** Noted on Node objects as the annotation `cloudcore`. */
  readonly hostAddress: string;
  /** Where the API server finds the kubelet API of edge nodes; absent while streaming is off. */
  readonly streamPort?: number | undefined;
}

/** One request of a node, its resource taken apart. */
export interface UpstreamRequest {
  readonly node: string;
  readonly message: Message;
  /** Empty for cluster scope. */
  readonly namespace: string;
  readonly type: string;
  readonly name: string;
}

/** Answers one request; undefined when the protocol has no reply for it. A throw becomes the reply `failed` makes. */
export interface UpstreamHandler {
  readonly answer: (dependencies: UpstreamDependencies, request: UpstreamRequest) => Promise<Message | undefined>;
  readonly failed: (request: Message, error: unknown) => Message | undefined;
}

/** The object a message carries. Throws `invalid`. */
export function objectOf<T extends KubeObject>(message: Message): T {
  const { content } = message;
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new EdgeError('invalid', `content of ${message.resource} is not an object`);
  }
  return content as T;
}

/** The patch a message carries as a JSON string, or, from a lenient peer, as an object. Throws `invalid`. */
export function patchOf(message: Message): Record<string, unknown> {
  const { content } = message;
  if (typeof content !== 'string') return objectOf(message) as Record<string, unknown>;
  try {
    return objectOf({ ...message, content: JSON.parse(content) as unknown }) as Record<string, unknown>;
  } catch (error) {
    throw new EdgeError('invalid', `content of ${message.resource} is not a JSON patch`, { cause: error });
  }
}
