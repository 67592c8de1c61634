import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { EdgeError, messageOf } from '../../lib/index.js';
import { notImplemented } from '../refusals.js';

/**
 * Opens GET requests to cloudcore's stream server, which reaches the nodes. The CA file is read for each request:
 * cloudcore writes it when it first starts, which may be after us.
 */
export function createLogClient(options: {
  readonly endpoint: string | undefined;
  readonly caFile: string | undefined;
  readonly certificatePem: string;
  readonly keyPem: string;
}): (path: string, signal: AbortSignal) => Promise<IncomingMessage> {
  const { endpoint, caFile, certificatePem: cert, keyPem: key } = options;
  return async (path, signal) => {
    if (endpoint === undefined) throw notImplemented('pods/log without a stream endpoint');
    const ca =
      caFile === undefined
        ? undefined
        : await readFile(caFile, 'utf8').catch((cause: unknown) => unreachableError(cause));
    return new Promise<IncomingMessage>((resolve, reject) => {
      const call = request(new URL(path, endpoint), { cert, key, signal, agent: false, ...(ca && { ca }) }, resolve);
      call.on('error', (cause) => reject(unavailable(cause)));
      call.end();
    });
  };

  function unavailable(cause: unknown): EdgeError {
    return new EdgeError('unavailable', `logs cannot be fetched through ${endpoint}: ${messageOf(cause)}`, { cause });
  }
  function unreachableError(cause: unknown): never {
    throw unavailable(cause);
  }
}
