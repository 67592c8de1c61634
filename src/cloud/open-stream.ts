import { readFile } from 'node:fs/promises';
import type { KubeApi } from '../kube/index.js';
import { childOf, EdgeError, type Log } from '../lib/index.js';
import type { CloudConfig } from './config/index.js';
import { type HubIdentity, readPair } from './hub/index.js';
import { listen } from './listen.js';
import { createStreamServer, createTunnelServer, writeKubeletPort } from './stream/index.js';

const anyAddress = '0.0.0.0';

/**
 * Opens the tunnel port for edges and the stream port for the API server (facts stream-tunnel §2). Without
 * certificate files of their own both use the hub's. Throws `invalid` when the CA of the callers is missing.
 */
export async function openStream(options: {
  readonly config: CloudConfig['modules']['cloudStream'];
  readonly identity: HubIdentity;
  readonly bindNames: boolean;
  readonly kube: Pick<KubeApi, 'patch'>;
  /** Trusted for callers beside `tlsStreamCAFile`; may be empty. */
  readonly kubeCaPem: string;
  readonly nodeOfPod: (namespace: string, pod: string) => Promise<string>;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<{ tunnelPort: number; streamPort: number } & AsyncDisposable> {
  const { config, identity, bindNames, kube, kubeCaPem, nodeOfPod, log, signal } = options;
  const tunnelPair = await readPair({ certificate: config.tlsTunnelCertFile, key: config.tlsTunnelPrivateKeyFile });
  const streamPair = await readPair({ certificate: config.tlsStreamCertFile, key: config.tlsStreamPrivateKeyFile });
  const callersCa = `${await readCa(config.tlsStreamCAFile)}\n${kubeCaPem}`;
  // A tunnel pair of its own means a CA of its own beside it.
  const edgesCa = tunnelPair ? await readCa(config.tlsTunnelCAFile) : identity.authority.certificatePem;

  const tunnels = createTunnelServer({
    tls: { ...(tunnelPair ?? identity.leaf), caPem: edgesCa },
    bindNames,
    log,
    onTunnel: (tunnel) => {
      const life = childOf(signal);
      tunnel.closed.then(
        () => life.abort(),
        (error: unknown) => life.abort(error),
      );
      writeKubeletPort({ kube, node: tunnel.node, port: stream.port, log, signal: life.signal })
        .catch((error: unknown) => log.warn({ err: error, node: tunnel.node }, 'kubelet port could not be written'))
        .finally(() => life[Symbol.dispose]());
    },
  });
  const streamServer = createStreamServer({
    tls: { ...(streamPair ?? identity.leaf), caPem: callersCa },
    tunnelOf: tunnels.get,
    nodeOfPod,
    log,
  });
  const stream = await listen(
    streamServer,
    { address: anyAddress, port: config.streamPort },
    'modules.cloudStream.streamPort',
  );
  try {
    const tunnel = await listen(
      tunnels.server,
      { address: anyAddress, port: config.tunnelPort },
      'modules.cloudStream.tunnelPort',
    );
    return {
      tunnelPort: tunnel.port,
      streamPort: stream.port,
      async [Symbol.asyncDispose]() {
        tunnels.close();
        await tunnel[Symbol.asyncDispose]();
        await stream[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await stream[Symbol.asyncDispose]();
    throw error;
  }
}

async function readCa(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const why = 'it must hold the CA that signs the client certificates of the callers';
    throw new EdgeError('invalid', `modules.cloudStream: ${path} cannot be read; ${why}`, { cause: error });
  }
}
