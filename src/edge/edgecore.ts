import type { Runtime } from '../cri/index.js';
import { type PodIdentity, runEdged } from '../edged/index.js';
import { type Log, type Loop, runTogether } from '../lib/index.js';
import type { EdgeConfig } from './config/index.js';
import { runHub } from './hub/index.js';
import { openMeta } from './meta/index.js';
import { type EdgeRuntime, openRuntime } from './runtime-connection.js';

export interface EdgecoreDependencies {
  readonly log: Log;
  readonly now?: () => Date;
  readonly random?: () => number;
}

/**
 * The edge node: hub, store, tunnel and edged on a container runtime, until abort; containers keep running then.
 * Starts without the cloud when there is a certificate, and waits for a runtime that is not there yet. Throws
 * for what only the operator can mend: a refused or malformed token, a database that cannot be opened.
 */
export async function runEdgecore(
  config: EdgeConfig,
  dependencies: EdgecoreDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { log, now = () => new Date(), random = Math.random } = dependencies;
  for (const warning of config.warnings) log.warn(warning);
  await using meta = await openMeta({
    path: config.databasePath,
    node: config.nodeName,
    queryTimeoutMs: config.queryTimeoutMs,
    reportEvents: config.reportEvents,
    log: log.child({ part: 'meta' }),
    now,
    random,
  });
  let kubeletPort = config.edged.port;
  let tellIdentified = () => {};
  const identified = new Promise<void>((resolve) => {
    tellIdentified = resolve;
  });

  const hub: Loop = (stop) =>
    runHub(
      {
        config: config.hub,
        serve: meta.serve,
        identified: tellIdentified,
        log: log.child({ part: 'hub' }),
        now,
        random,
      },
      stop,
    ).finally(tellIdentified);
  const stream: Loop = async (stop) => {
    // The tunnel speaks with the hub's certificate (facts stream-tunnel §2).
    await identified;
    if (!config.stream || stop.aborted) return;
    const { runTunnel } = await import('./stream/index.js');
    const kubelet = () => ({ address: config.edged.address, port: kubeletPort });
    await runTunnel({ config: config.stream, kubelet, log: log.child({ part: 'stream' }), random }, stop);
  };
  const node: Loop = async (stop) => {
    const runtime = await openRuntime(config.runtime, log.child({ part: 'runtime' }), stop);
    if (!runtime) return;
    await using _held = runtime;
    await reportFindings(runtime, log, stop);
    const edged: Loop = (inner) =>
      runEdged(
        {
          config: config.edged,
          runtime,
          ...(hasEvents(runtime) ? { events: runtime } : {}),
          pods: meta.pods,
          objects: meta.objects,
          status: meta.status,
          log,
          now: () => now().getTime(),
          random,
          onListening: (port) => {
            kubeletPort = port;
          },
        },
        inner,
      );
    await runTogether(stop, [edged, async (inner) => meta.complete(await podsIn(runtime, inner), inner)]);
  };
  await runTogether(signal, [hub, stream, node]);
}

const hasEvents = (runtime: EdgeRuntime): runtime is EdgeRuntime & Required<Pick<EdgeRuntime, 'events'>> =>
  runtime.events !== undefined;

async function reportFindings(runtime: EdgeRuntime, log: Log, signal: AbortSignal): Promise<void> {
  for (const { severity, what, fix } of (await runtime.preflight?.(signal)) ?? []) {
    log[severity === 'error' ? 'error' : 'warn']({ fix }, what);
  }
}

/** The pods that have a sandbox here, each once. */
async function podsIn(runtime: Pick<Runtime, 'listPodSandboxes'>, signal: AbortSignal): Promise<PodIdentity[]> {
  const pods = new Map<string, PodIdentity>();
  for (const { metadata } of await runtime.listPodSandboxes(undefined, { signal })) {
    if (metadata?.uid)
      pods.set(metadata.uid, { namespace: metadata.namespace, name: metadata.name, uid: metadata.uid });
  }
  return [...pods.values()];
}
