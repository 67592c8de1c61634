import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { socketPath } from './endpoint.js';
import { fromGrpcError } from './grpc-errors.js';
import type { CallOptions } from './runtime.js';

/** What a call needs of a generated method definition. */
export interface Method<Request, Answer> {
  readonly path: string;
  requestSerialize(request: Request): Buffer;
  responseDeserialize(bytes: Buffer): Answer;
}

/** A gRPC connection over a unix socket. It dials again by itself; calls are never retried. */
export interface Channel extends Disposable {
  /** Fails with the code of the status; with the abort reason when `options.signal` stopped it. No deadline when none is given. */
  unary<Request, Answer>(method: Method<Request, Answer>, request: Request, options?: CallOptions): Promise<Answer>;
  /** Ends on abort without a throw; ends with the code of the status when the server or the connection ends it badly. */
  serverStream<Request, Answer>(
    method: Method<Request, Answer>,
    request: Request,
    signal: AbortSignal,
  ): AsyncIterable<Answer>;
}

/** Largest answer taken, 16 MiB (facts cri-v1-messages §0). */
const receiveLimit = 16 * 1024 * 1024;

/**
 * Opens a channel; the socket need not be there yet. Dial back-off 100 ms to 3 s (facts kubelet-on-cri §1).
 * @param headers sent with every call
 */
export function openChannel(endpoint: string, headers: Record<string, string> = {}): Channel {
  const client = new Client(`unix://${socketPath(endpoint)}`, credentials.createInsecure(), {
    'grpc.default_authority': 'localhost',
    'grpc.max_receive_message_length': receiveLimit,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 3000,
    'grpc.enable_retries': 0,
    // A trace of every call that nobody can ask for here.
    'grpc.enable_channelz': 0,
    // A shared pool would keep the socket open after close().
    'grpc.use_local_subchannel_pool': 1,
    'grpc.service_config_disable_resolution': 1,
  });
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);

  return {
    unary<Request, Answer>(method: Method<Request, Answer>, request: Request, options: CallOptions = {}) {
      const { signal, deadlineMs } = options;
      return new Promise<Answer>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const call = client.makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          request,
          metadata,
          deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs },
          (error: ServiceError | null, answer?: Answer) => {
            signal?.removeEventListener('abort', cancel);
            if (error) reject(signal?.aborted ? signal.reason : fromGrpcError(error));
            else resolve(answer as Answer);
          },
        );
        const cancel = () => call.cancel();
        signal?.addEventListener('abort', cancel, { once: true });
      });
    },

    async *serverStream<Request, Answer>(method: Method<Request, Answer>, request: Request, signal: AbortSignal) {
      if (signal.aborted) return;
      const call = client.makeServerStreamRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        metadata,
      );
      const cancel = () => call.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      try {
        for await (const answer of call) yield answer as Answer;
      } catch (error) {
        if (!signal.aborted) throw fromGrpcError(error);
      } finally {
        signal.removeEventListener('abort', cancel);
        call.cancel();
      }
    },

    [Symbol.dispose]: () => client.close(),
  };
}
