import { ImageServiceService, RuntimeServiceService } from '../proto/cri/v1/api.js';
import type { Method } from './channel.js';

type Definitions = typeof RuntimeServiceService & typeof ImageServiceService;

/** The calls with one request and one answer, by their name in the service. */
export type Verb = {
  [V in keyof Definitions]: Definitions[V]['responseStream'] extends false ? V : never;
}[keyof Definitions];
export type RequestOf<V extends Verb> = Parameters<Definitions[V]['requestSerialize']>[0];
export type AnswerOf<V extends Verb> = ReturnType<Definitions[V]['responseDeserialize']>;

export const methods: { readonly [V in Verb]: Method<RequestOf<V>, AnswerOf<V>> } = {
  ...RuntimeServiceService,
  ...ImageServiceService,
};

/** What sets a verb apart from the rest. */
interface Rule<V extends Verb> {
  /** Absent: the request timeout. An answer of undefined: no deadline, only the caller's signal ends the call. */
  deadlineMs?(request: RequestOf<V>, requestTimeoutMs: number): number | undefined;
  /** What is wrong with an answer that came without an error, or undefined. */
  complaint?(answer: AnswerOf<V>): string | undefined;
  /** The object being unknown to the runtime is what was wanted. */
  readonly goneIsDone?: true;
}

const noUrl = ({ url }: { url: string }) => (url === '' ? 'no streaming URL' : undefined);

/** Deadlines: facts cri-v1-messages §1. Answer checks and tolerance of unknown ids: facts kubelet-on-cri §1. */
export const rules: { readonly [V in Verb]?: Rule<V> } = {
  runPodSandbox: {
    deadlineMs: (_, requestTimeoutMs) => 2 * requestTimeoutMs,
    complaint: ({ podSandboxId }) => (podSandboxId === '' ? 'no sandbox id' : undefined),
  },
  stopPodSandbox: { goneIsDone: true },
  removePodSandbox: { goneIsDone: true },
  podSandboxStatus: {
    complaint: ({ status }) => {
      if (!status?.id) return 'no sandbox id';
      const { name, namespace, uid } = status.metadata ?? {};
      if (!name || !namespace || !uid) return 'no name, namespace or uid in the metadata';
      return status.createdAt === 0n ? 'no creation time' : undefined;
    },
  },
  createContainer: { complaint: ({ containerId }) => (containerId === '' ? 'no container id' : undefined) },
  stopContainer: {
    goneIsDone: true,
    deadlineMs: ({ timeout }, requestTimeoutMs) => requestTimeoutMs + Number(timeout) * 1000,
  },
  removeContainer: { goneIsDone: true },
  containerStatus: {
    complaint: ({ status }) => {
      if (!status?.id) return 'no container id';
      if (!status.metadata?.name) return 'no name in the metadata';
      if (status.createdAt === 0n) return 'no creation time';
      return status.image?.image && status.imageRef ? undefined : 'no image';
    },
  },
  execSync: {
    deadlineMs: ({ timeout }, requestTimeoutMs) =>
      timeout === 0n ? undefined : Number(timeout) * 1000 + requestTimeoutMs,
  },
  exec: { complaint: noUrl },
  attach: { complaint: noUrl },
  portForward: { complaint: noUrl },
  status: {
    complaint: ({ status }) => ((status?.conditions.length ?? 0) < 2 ? 'fewer than two conditions' : undefined),
  },
  imageStatus: {
    complaint: ({ image }) =>
      image && (image.id === '' || image.size === 0n) ? 'an image without id or size' : undefined,
  },
  pullImage: {
    deadlineMs: () => undefined,
    complaint: ({ imageRef }) => (imageRef === '' ? 'no image reference' : undefined),
  },
  removeImage: { goneIsDone: true },
  checkpointContainer: {
    deadlineMs: ({ timeout }, requestTimeoutMs) => Math.max(requestTimeoutMs, Number(timeout) * 1000),
  },
};
