import { hostname } from 'node:os';
import { join } from 'node:path';
import { createKubeClient, type KubeApi } from '../kube/index.js';
import { aborted, childOf, EdgeError, type Log, type Loop, runTogether } from '../lib/index.js';
import { admissionRules, createAdmission } from './admission/index.js';
import { type Api, createLogClient, createRequestHandler, followDefinitions, loadDefinitions } from './api/index.js';
import { type Credentials, createAuthenticator, createTokenAuthority, ensureCredentials } from './auth/index.js';
import { createBootstrapObjects } from './bootstrap.js';
import type { Discovery, KindRegistry, ObjectRules, TableMaker } from './kind.js';
import { openListener } from './listener.js';
import { serverUrl, servingNames } from './serving-names.js';
import { type ObjectStore, openStore } from './store/index.js';

export interface ClusterOptions {
  /** Everything is kept here: `kubeconfig` for the user, `cluster/` for the rest. */
  readonly stateDir: string;
  /** Where the API server listens. */
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
  /** Further names and addresses clients reach the server by. */
  readonly advertise: readonly string[];
  /** cloudcore's stream server, `https://127.0.0.1:10003`; without it pod logs are refused. */
  readonly streamEndpoint?: string;
  /** The CA the stream server's certificate comes from; read for each request. */
  readonly streamCaFile?: string;
  readonly log: Log;
  /** Called once the API answers and the first objects exist. */
  readonly onReady?: (ready: { readonly server: string; readonly kubeconfig: string }) => void;
}

/** What the cluster is made of besides its API server. */
export interface ClusterParts {
  readonly registry: KindRegistry;
  readonly rules: ObjectRules;
  readonly makeTable: TableMaker;
  readonly discovery: Discovery;
  /** Scheduler, controllers: clients of the API like any other. */
  readonly components: (context: { api: KubeApi; caPem: string }) => readonly Loop[];
  readonly now: () => Date;
  readonly random: () => number;
}

/** Serves the API and runs the components until aborted; see `runCluster`. */
export async function serveCluster(options: ClusterOptions, parts: ClusterParts, signal: AbortSignal): Promise<void> {
  const { stateDir, log } = options;
  const { now } = parts;
  // The port first: it also keeps a second cluster away from the files of the first.
  await using listener = await openListener(options);
  const server = serverUrl(options, listener.port);
  const names = servingNames(options, hostname());
  const credentials = await ensureCredentials(stateDir, { server, names, now: now() });
  using stop = childOf(signal);
  let fault: EdgeError | undefined;
  await using store = openStore({
    path: join(stateDir, 'cluster', 'cluster.db'),
    log,
    now,
    onFault(cause) {
      fault ??= new EdgeError('unavailable', 'the cluster database broke while in use: the next start recovers it', {
        cause,
      });
      stop.abort(fault);
    },
  });
  const tokens = createTokenAuthority({
    keyPem: credentials.tokenKeyPem,
    now,
    find: (plural, namespace, name) => store.get(`core/${plural}/${namespace}/${name}`)?.object,
  });
  const api = createApi(options, parts, { store, credentials, issueToken: tokens.issue });
  loadDefinitions(api);
  const documents = await tokens.documents();
  const authenticate = createAuthenticator(tokens.verify);
  await runTogether(stop.signal, [
    async (part) => {
      // Requests end when the parts do, before the store is closed under them.
      listener.serve(credentials, createRequestHandler({ api, authenticate, documents, stop: part }));
      await aborted(part);
      await listener[Symbol.asyncDispose]();
    },
    (part) => followDefinitions(api, part),
    (part) => store.maintain(part),
    (part) => runComponents(part),
  ]);
  if (fault) throw fault;

  async function runComponents(part: AbortSignal): Promise<void> {
    const { caPem, component } = credentials;
    await using client = createKubeClient({
      server,
      ca: caPem,
      cert: component.certificatePem,
      key: component.keyPem,
      userAgent: 'skerry-cluster',
    });
    await createBootstrapObjects(client, { caPem, port: listener.port });
    options.onReady?.({ server, kubeconfig: join(stateDir, 'kubeconfig') });
    await runTogether(part, parts.components({ api: client, caPem }));
  }
}

function createApi(
  options: ClusterOptions,
  { registry, rules, makeTable, discovery, now, random }: ClusterParts,
  made: { store: ObjectStore; credentials: Credentials; issueToken: Api['issueToken'] },
): Api {
  const { store, credentials, issueToken } = made;
  const admission = createAdmission(admissionRules, {
    current: (key) => store.current(key)?.object,
    registry,
    list: (prefix) => store.currentList(prefix).map(({ object }) => object),
    now,
    random,
  });
  const openLog = createLogClient({
    endpoint: options.streamEndpoint,
    caFile: options.streamCaFile,
    ...credentials.streamClient,
  });
  const log = options.log.child({ part: 'api' });
  return { registry, rules, makeTable, discovery, store, admission, issueToken, openLog, now, random, log };
}
