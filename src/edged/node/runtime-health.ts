import type { Runtime } from '../../cri/index.js';
import { messageOf } from '../../lib/index.js';

/** Why the runtime cannot be used, in a sentence; undefined when it can (facts kubelet-on-cri §1). */
export interface RuntimeHealth {
  readonly problem: string | undefined;
}

/** Asks the runtime how it is. */
export async function checkRuntime(runtime: Pick<Runtime, 'status'>, signal: AbortSignal): Promise<RuntimeHealth> {
  try {
    const { status } = await runtime.status(false, { signal, deadlineMs: 10_000 });
    const problems = ['RuntimeReady', 'NetworkReady'].flatMap((type) => {
      const condition = status?.conditions.find((item) => item.type === type);
      if (condition?.status === true) return [];
      const why = condition ? `${condition.reason} ${condition.message}`.trim() : 'not reported';
      const what = type === 'RuntimeReady' ? 'container runtime not ready' : 'container runtime network not ready';
      return [`${what}: ${type}=false ${why}`];
    });
    return { problem: problems.length > 0 ? problems.join('; ') : undefined };
  } catch (error) {
    return { problem: `container runtime is down: ${messageOf(error)}` };
  }
}
