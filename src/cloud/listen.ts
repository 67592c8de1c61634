import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { EdgeError } from '../lib/index.js';

/** A listening server with the port it got. Disposing it cuts every connection. */
export interface Listening extends AsyncDisposable {
  readonly port: number;
}

/** Starts to listen. Throws `unavailable` naming the setting when the port is taken or the address is not of this host. */
export async function listen(
  server: Server | SecureServer,
  at: { readonly address: string; readonly port: number },
  setting: string,
): Promise<Listening> {
  try {
    server.listen(at.port, at.address);
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be opened (${code})`;
    throw new EdgeError('unavailable', `${at.address}:${at.port} ${why}; change ${setting} or free it`, {
      cause: error,
    });
  }
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
