import type { DesiredPod } from '../pod/desired-pod.js';
import { newestFirst, type ObservedPod, type ObservedSandbox } from './observed.js';

export type SandboxDecision =
  | { readonly kind: 'keep'; readonly sandbox: ObservedSandbox }
  | { readonly kind: 'replace'; readonly attempt: number };

/** Whether the pod's sandbox can stay (the table of facts kubelet-on-cri §2.5). */
export function decideSandbox(desired: Pick<DesiredPod, 'spec'>, observed: ObservedPod): SandboxDecision {
  const [newest] = newestFirst(observed.sandboxes);
  if (newest === undefined) return { kind: 'replace', attempt: 0 };
  const replace = { kind: 'replace', attempt: newest.attempt + 1 } as const;
  if (!newest.ready || observed.sandboxes.filter((sandbox) => sandbox.ready).length > 1) return replace;
  const hostNetwork = desired.spec.hostNetwork === true;
  if (newest.hostNetwork !== hostNetwork) return replace;
  if (!hostNetwork && newest.ips !== undefined && newest.ips.length === 0) return replace;
  return { kind: 'keep', sandbox: newest };
}
