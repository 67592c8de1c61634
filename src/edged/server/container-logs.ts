import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { childOf, EdgeError } from '../../lib/index.js';
import { allContainers } from '../pod/desired-pod.js';
import type { PodWorker } from '../workers/pod-worker.js';
import { parseLogOptions } from './log-options.js';
import { readLog } from './read-log.js';
import type { ServerDeps } from './server-deps.js';

/** GET /containerLogs/{namespace}/{pod}/{container} (facts kubelet-on-cri §9). */
export async function containerLogs(
  { workers, config, now }: ServerDeps,
  [namespace = '', podName = '', containerName = '']: readonly string[],
  query: URLSearchParams,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const options = parseLogOptions(query, now());
  const worker = workers.list().find(({ desired }) => desired.namespace === namespace && desired.name === podName);
  if (!worker || worker.desired.orphan) throw new EdgeError('not-found', `pod "${podName}" not found`);
  if (!allContainers(worker.desired.spec).some(({ name }) => name === containerName)) {
    throw new EdgeError('not-found', `container "${containerName}" not found in pod "${podName}"`);
  }
  const id = instanceId(worker, containerName, options.previous);
  const instance = worker.observed.containers.find((container) => container.id === id);
  if (!instance)
    throw new EdgeError('not-found', `the log of container "${containerName}" in pod "${podName}" is gone`);
  const path = await insideOf(config.podLogsDirectory, instance.logPath);
  const isRunning = () => worker.observed.containers.some((item) => item.id === id && item.state === 'running');

  using stop = childOf(signal);
  response.once('close', () => stop.abort());
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.flushHeaders();
  for await (const text of readLog(path, options, isRunning, stop.signal)) {
    // A slow reader holds the log back, not the memory of this process.
    if (!response.write(text)) await once(response, 'drain', { signal: stop.signal }).catch(() => undefined);
    if (stop.signal.aborted) return;
  }
  response.end();
}

/** Which instance of the container the request is about, by what was told about it. Throws `invalid` with the texts clients know. */
function instanceId({ status, desired }: PodWorker, container: string, previous: boolean): string {
  const told = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].find(
    ({ name }) => name === container,
  );
  const last = told?.lastState?.terminated?.containerID;
  const shown = previous ? last : told?.state?.waiting ? last : told?.containerID;
  if (shown) return shown.replace(/^[^:]*:\/\//, '');
  if (previous)
    throw new EdgeError('invalid', `previous terminated container "${container}" in pod "${desired.name}" not found`);
  const why = told?.state?.waiting?.reason || 'ContainerCreating';
  throw new EdgeError('invalid', `container "${container}" in pod "${desired.name}" is waiting to start: ${why}`);
}

/** The real path of a log; a link cannot lead out of the logs. */
async function insideOf(root: string, path: string): Promise<string> {
  try {
    const [top, real] = await Promise.all([realpath(root), realpath(path)]);
    if (real.startsWith(`${top}/`)) return real;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    throw new EdgeError('not-found', `log file ${path} does not exist`, { cause: error });
  }
  throw new EdgeError('denied', `log file ${path} is outside of the log folder`);
}
