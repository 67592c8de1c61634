import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { KubeObject, Status } from '../../kube/index.js';

/** Writes watch events one JSON line each, waiting for a client that reads slowly. */
export interface WatchWriter {
  send(type: string, object: KubeObject): Promise<void>;
  bookmark(object: KubeObject): Promise<void>;
  fail(status: Status): Promise<void>;
  /** True while a line waits for the client. */
  blocked(): boolean;
}

/** @param present gives the form the client asked for; errors go as they are */
export function createWatchWriter(
  response: ServerResponse,
  signal: AbortSignal,
  present: { object(object: KubeObject): object; bookmark(object: KubeObject): object },
): WatchWriter {
  let waiting = false;
  const write = async (type: string, object: object) => {
    if (response.destroyed || response.write(`${JSON.stringify({ type, object })}\n`)) return;
    waiting = true;
    try {
      await once(response, 'drain', { signal });
    } catch (error) {
      if (!signal.aborted && !response.destroyed) throw error;
    } finally {
      waiting = false;
    }
  };
  return {
    send: (type, object) => write(type, present.object(object)),
    bookmark: (object) => write('BOOKMARK', present.bookmark(object)),
    fail: (status) => write('ERROR', status),
    blocked: () => waiting,
  };
}
