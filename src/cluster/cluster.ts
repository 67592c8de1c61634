import { runControllers } from './controllers/index.js';
import { createDiscovery } from './discovery/index.js';
import { createKindRegistry, createObjectRules } from './kinds/index.js';
import { runScheduler } from './scheduler/index.js';
import { type ClusterOptions, serveCluster } from './serve-cluster.js';
import { makeTable } from './tables/index.js';

/**
 * Runs the embedded cluster until aborted: the API server, then the scheduler and the controllers as ordinary clients
 * of it. Throws `unavailable` when the port is taken, and when the database breaks: the next start recovers that.
 */
export async function runCluster(options: ClusterOptions, signal: AbortSignal): Promise<void> {
  const registry = createKindRegistry();
  const now = () => new Date();
  const { log } = options;
  const parts = {
    registry,
    rules: createObjectRules(registry),
    makeTable,
    discovery: createDiscovery(registry),
    now,
    random: Math.random,
    components: ({ api, caPem }: { api: Parameters<typeof runScheduler>[0]['api']; caPem: string }) => [
      (part: AbortSignal) =>
        runControllers({ api, registry, caPem, log: log.child({ part: 'controllers' }), now }, part),
      (part: AbortSignal) => runScheduler({ api, log: log.child({ part: 'scheduler' }), now }, part),
    ],
  };
  await serveCluster(options, parts, signal);
}
