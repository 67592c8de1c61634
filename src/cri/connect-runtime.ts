import { createBackoff, EdgeError, hasCode, type Log, messageOf, pause } from '../lib/index.js';
import { type Caller, type CriVersion, createCaller } from './caller.js';
import { type Channel, openChannel } from './channel.js';
import { remoteRuntime } from './remote-runtime.js';
import type { Runtime } from './runtime.js';

/** Every version, newest first (facts cri-v1-messages §12). */
const versions: readonly CriVersion[] = ['v1', 'v1alpha2'];

/**
 * Connects to a CRI server and agrees on the version: v1, or v1alpha2 where v1 is not implemented.
 * Waits for the socket up to `requestTimeoutMs` (2 minutes when absent), then throws `unavailable`;
 * throws `unsupported` when the server there speaks no CRI, the abort reason when `signal` ends the wait.
 * @param deps.imageEndpoint the same as `endpoint` when absent or empty
 */
export async function connectRuntime(deps: {
  endpoint: string;
  imageEndpoint?: string;
  requestTimeoutMs?: number;
  log: Log;
  signal?: AbortSignal;
}): Promise<Runtime & AsyncDisposable> {
  const { endpoint, requestTimeoutMs = 120_000, log } = deps;
  const imageEndpoint = deps.imageEndpoint || endpoint;
  const channel = openChannel(endpoint);
  const imageChannel = imageEndpoint === endpoint ? channel : openChannel(imageEndpoint);
  const close = () => {
    for (const open of new Set([channel, imageChannel])) open[Symbol.dispose]();
  };
  const deadline = Date.now() + requestTimeoutMs;
  const wait = { deadline, log, ...(deps.signal && { signal: deps.signal }) };
  try {
    const runtime = await untilThere(endpoint, wait, (deadlineMs) => negotiate(endpoint, channel, deadlineMs, deps));
    const images = createCaller({ channel: imageChannel, version: runtime.version, requestTimeoutMs });
    await untilThere(imageEndpoint, wait, (deadlineMs) => images('imageFsInfo', {}, { deadlineMs, ...signalOf(deps) }));
    const call = createCaller({ channel, version: runtime.version, requestTimeoutMs });
    log.info({ endpoint, cri: runtime.version, runtime: runtime.name }, 'connected to the container runtime');
    return Object.assign(remoteRuntime(call, images), { [Symbol.asyncDispose]: async () => close() });
  } catch (error) {
    close();
    throw error;
  }
}

const signalOf = ({ signal }: { signal?: AbortSignal }) => (signal ? { signal } : {});

async function negotiate(endpoint: string, channel: Channel, deadlineMs: number, wait: { signal?: AbortSignal }) {
  let refusal: unknown;
  for (const version of versions) {
    const call: Caller = createCaller({ channel, version, requestTimeoutMs: deadlineMs });
    try {
      const answer = await call('version', { version: '0.1.0' }, signalOf(wait));
      if (answer.version !== '0.1.0' || !answer.runtimeName || !answer.runtimeVersion || !answer.runtimeApiVersion) {
        throw new EdgeError('internal', `the runtime at ${endpoint} answered Version with ${JSON.stringify(answer)}`);
      }
      return { version, name: `${answer.runtimeName} ${answer.runtimeVersion}` };
    } catch (error) {
      if (!hasCode(error, 'unsupported')) throw error;
      refusal ??= error;
    }
  }
  throw new EdgeError(
    'unsupported',
    `the server at ${endpoint} speaks no CRI (${messageOf(refusal)}): enable its CRI plugin, or name another runtime endpoint`,
    { cause: refusal },
  );
}

/** Repeats `attempt` while the server is not there yet, until `deadline` (ms since the epoch). */
async function untilThere<T>(
  endpoint: string,
  wait: { deadline: number; signal?: AbortSignal; log: Log },
  attempt: (deadlineMs: number) => Promise<T>,
): Promise<T> {
  const backoff = createBackoff({ baseMs: 100, maxMs: 3000 });
  for (let failures = 0; ; failures += 1) {
    try {
      return await attempt(Math.max(1, wait.deadline - Date.now()));
    } catch (error) {
      wait.signal?.throwIfAborted();
      if (!hasCode(error, 'unavailable', 'timeout')) throw error;
      const left = wait.deadline - Date.now();
      if (left <= 0) {
        throw new EdgeError('unavailable', `no container runtime answers at ${endpoint}: ${messageOf(error)}`, {
          cause: error,
        });
      }
      if (failures === 0) wait.log.info({ endpoint }, 'waiting for the container runtime');
      await pause(Math.min(backoff.next(), left), wait.signal);
      wait.signal?.throwIfAborted();
    }
  }
}
