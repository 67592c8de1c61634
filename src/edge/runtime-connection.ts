import { connectRuntime, type Runtime, type RuntimeEvents, type RuntimePreflight } from '../cri/index.js';
import { hasCode, type Log, pause } from '../lib/index.js';
import type { EdgeConfig } from './config/index.js';

/** A runtime, with the abilities its backend has. */
export type EdgeRuntime = Runtime & Partial<RuntimeEvents & RuntimePreflight> & AsyncDisposable;

const firstWaitMs = 10_000;
const retryMs = 2000;

/**
 * Connects to the container runtime, waiting for it as long as it takes: a runtime that starts late, or is being
 * upgraded, is no reason to give up. Undefined on abort; throws what waiting cannot mend.
 */
export async function openRuntime(
  config: EdgeConfig['runtime'],
  log: Log,
  signal: AbortSignal,
): Promise<EdgeRuntime | undefined> {
  let said = false;
  while (!signal.aborted) {
    try {
      return await connectOnce(config, log, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!hasCode(error, 'unavailable', 'timeout')) throw error;
      if (!said)
        log.warn({ err: error, endpoint: config.endpoint }, 'the container runtime is not there; waiting for it');
      said = true;
    }
    await pause(retryMs, signal);
  }
  return undefined;
}

async function connectOnce(config: EdgeConfig['runtime'], log: Log, signal: AbortSignal): Promise<EdgeRuntime> {
  const { endpoint, imageEndpoint, requestTimeoutMs } = config;
  const probe = await connectRuntime({
    endpoint,
    ...(imageEndpoint === undefined ? {} : { imageEndpoint }),
    requestTimeoutMs: Math.min(requestTimeoutMs, firstWaitMs),
    log,
    signal,
  });
  const { runtimeName } = await closeOnFault(probe, () => probe.version({ signal }));
  await probe[Symbol.asyncDispose]();
  if (runtimeName === 'containerd' && imageEndpoint === undefined) {
    const { openContainerd } = await import('../backends/containerd/index.js');
    return openContainerd({ endpoint, log, requestTimeoutMs, signal });
  }
  return connectRuntime({
    endpoint,
    ...(imageEndpoint === undefined ? {} : { imageEndpoint }),
    requestTimeoutMs,
    log,
    signal,
  });
}

async function closeOnFault<T>(held: AsyncDisposable, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    await held[Symbol.asyncDispose]();
    throw error;
  }
}
