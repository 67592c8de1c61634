import { EdgeError, hasCode } from '../lib/index.js';
import type { Channel } from './channel.js';
import type { CallOptions } from './runtime.js';
import { type AnswerOf, methods, type RequestOf, rules, type Verb } from './verbs.js';

/** The versions of CRI spoken here. Both have the same messages, field by field; only the path of the service differs. */
export type CriVersion = 'v1' | 'v1alpha2';

/** Calls one verb with its deadline, its answer check and its tolerance of unknown ids. */
export type Caller = <V extends Verb>(verb: V, request: RequestOf<V>, options?: CallOptions) => Promise<AnswerOf<V>>;

export function createCaller(deps: {
  channel: Pick<Channel, 'unary'>;
  version: CriVersion;
  requestTimeoutMs: number;
}): Caller {
  const { channel, version, requestTimeoutMs } = deps;
  return async (verb, request, options = {}) => {
    const method = methods[verb];
    const rule = rules[verb];
    const deadlineMs =
      options.deadlineMs ?? (rule?.deadlineMs ? rule.deadlineMs(request, requestTimeoutMs) : requestTimeoutMs);
    const path = version === 'v1' ? method.path : method.path.replace('/runtime.v1.', '/runtime.v1alpha2.');
    try {
      const answer = await channel.unary({ ...method, path }, request, {
        ...(options.signal && { signal: options.signal }),
        ...(deadlineMs !== undefined && { deadlineMs }),
      });
      const complaint = rule?.complaint?.(answer);
      if (complaint !== undefined) throw new EdgeError('internal', `the runtime answered ${verb} with ${complaint}`);
      return answer;
    } catch (error) {
      // The answers of these verbs are empty messages.
      if (rule?.goneIsDone && hasCode(error, 'not-found')) return method.responseDeserialize(Buffer.alloc(0));
      throw error;
    }
  };
}
