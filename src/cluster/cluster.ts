import { runControllers } from './controllers/index.js';
import { createDiscovery } from './discovery/index.js';
import { createKindRegistry, createObjectRules } from './kinds/index.js';
import { runScheduler } from './scheduler/index.js';
import { type ClusterOptions, type ClusterParts, serveCluster } from './serve-cluster.js';
import { makeTable } from './tables/index.js';

/**
 * Runs the embedded cluster until aborted: the API server, then the scheduler and the controllers as ordinary clients
 * of it. Throws `unavailable` when the port is taken, and when the database breaks: the next start recovers that.
 */
export async function runCluster(options: ClusterOptions, signal: AbortSignal): Promise<void> {
  const registry = createKindRegistry();
  const now = () => new Date();
  const { log } = options;
  const random = Math.random;
  const parts: ClusterParts = {
    registry,
    rules: createObjectRules(registry),
    makeTable,
    discovery: createDiscovery(registry),
    now,
    random,
    components: ({ api, caPem }) => [
      (part) => runControllers({ api, registry, caPem, log: log.child({ part: 'controllers' }), now, random }, part),
      (part) => runScheduler({ api, log, now, random }, part),
    ],
  };
  await serveCluster(options, parts, signal);
}
