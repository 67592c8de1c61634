import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClientCredentials, loadKubeconfig } from '../../kube/index.js';
import { aborted, readBounded, silentLog } from '../../lib/index.js';
import { createDiscovery } from '../discovery/index.js';
import { createKindRegistry, createObjectRules } from '../kinds/index.js';
import { type ClusterOptions, type ClusterParts, serveCluster } from '../serve-cluster.js';
import { makeTable } from '../tables/index.js';

export interface Answer {
  readonly code: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely by tests
  readonly body: any;
}

export interface Ask {
  readonly body?: unknown;
  readonly type?: string;
  readonly accept?: string;
  readonly token?: string;
  /** Without the administrator's certificate. */
  readonly anonymous?: boolean;
}

/** A real API server on a free port with its store in a temporary folder, without scheduler and controllers. */
export interface TestCluster extends AsyncDisposable {
  readonly stateDir: string;
  readonly credentials: ClientCredentials;
  ask(method: string, path: string, ask?: Ask): Promise<Answer>;
  /** The response as it streams; destroy it when done. */
  open(method: string, path: string, ask?: Ask): Promise<IncomingMessage>;
  stop(): Promise<void>;
}

export async function startCluster(
  options: Partial<ClusterOptions> = {},
  parts: Partial<ClusterParts> = {},
): Promise<TestCluster> {
  const stateDir = options.stateDir ?? mkdtempSync(join(tmpdir(), 'skerry-cluster-'));
  const abort = new AbortController();
  const registry = createKindRegistry();
  let running: Promise<void> = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    running = serveCluster(
      { address: '127.0.0.1', port: 0, advertise: [], log: silentLog, onReady: () => resolve(), ...options, stateDir },
      {
        registry,
        rules: createObjectRules(registry),
        makeTable,
        discovery: createDiscovery(registry),
        components: () => [aborted],
        now: () => new Date(),
        random: Math.random,
        ...parts,
      },
      abort.signal,
    );
    running.catch((error: unknown) => {
      if (options.stateDir === undefined) rmSync(stateDir, { recursive: true, force: true });
      reject(error);
    });
  });
  const credentials = await loadKubeconfig(join(stateDir, 'kubeconfig'));
  const agent = new Agent({ keepAlive: true });
  const open = async (method: string, path: string, ask: Ask = {}) => {
    const { body, type = 'application/json', accept = 'application/json', token, anonymous } = ask;
    const { ca, cert, key } = credentials;
    const bytes =
      body === undefined
        ? undefined
        : Buffer.isBuffer(body)
          ? body
          : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const call = request(`${credentials.server}`, {
      path,
      method,
      agent: anonymous ? false : agent,
      ca,
      ...(!anonymous && { cert, key }),
      headers: {
        accept,
        ...(bytes && { 'content-type': type, 'content-length': bytes.length }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
    });
    call.end(bytes);
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    return response;
  };
  const stop = async () => {
    abort.abort();
    agent.destroy();
    await running;
  };
  return {
    stateDir,
    credentials,
    open,
    stop,
    async ask(method, path, ask) {
      const response = await open(method, path, ask);
      const text = (await readBounded(response, 64 * 1024 * 1024, 'the answer')).toString('utf8');
      const isJson = response.headers['content-type']?.startsWith('application/json');
      return {
        code: response.statusCode ?? 0,
        headers: response.headers,
        text,
        body: isJson ? JSON.parse(text) : undefined,
      };
    },
    async [Symbol.asyncDispose]() {
      await stop();
      if (options.stateDir === undefined) rmSync(stateDir, { recursive: true });
    },
  };
}
