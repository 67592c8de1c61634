import type { CallOptions, Runtime } from '../runtime.js';

/** Puts the journal, the failures and the holds in front of every verb. */
export function createControls(plain: Runtime) {
  type Verb = keyof Runtime;
  const calls: { verb: Verb; args: readonly unknown[] }[] = [];
  const faults: { verb: Verb; error: Error }[] = [];
  const gates = new Map<Verb, Promise<void>>();

  const guarded =
    (verb: Verb, body: (...args: never[]) => Promise<unknown>) =>
    async (...args: never[]) => {
      calls.push({ verb, args });
      const { signal } = (args.at(-1) as CallOptions | undefined) ?? {};
      signal?.throwIfAborted();
      const gate = gates.get(verb);
      if (gate) await (signal ? Promise.race([gate, rejectOnAbort(signal)]) : gate);
      const at = faults.findIndex((fault) => fault.verb === verb);
      if (at >= 0) throw faults.splice(at, 1)[0]?.error;
      return body(...args);
    };

  return {
    calls,
    failNext: (verb: Verb, error: Error) => void faults.push({ verb, error }),
    hold(verb: Verb) {
      let open = () => {};
      const gate = new Promise<void>((resolve) => {
        open = resolve;
      });
      gates.set(verb, gate);
      return () => {
        if (gates.get(verb) === gate) gates.delete(verb);
        open();
      };
    },
    // One wrapper for all verbs: each keeps its own type, which Object.entries cannot express.
    verbs: Object.fromEntries(
      Object.entries(plain).map(([verb, body]) => [verb, guarded(verb as Verb, body)]),
    ) as unknown as Runtime,
  };
}

const rejectOnAbort = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
