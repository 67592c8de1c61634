import { once } from 'node:events';
import { createServer } from 'node:net';
import { EdgeError } from '../../lib/index.js';

/** Every port one skerry listens on. */
export type Ports = ReturnType<typeof portsAt>;

export function portsAt(offset: number) {
  return {
    api: 6443 + offset,
    monitor: 9091 + offset,
    hub: 10000 + offset,
    hubHttps: 10002 + offset,
    stream: 10003 + offset,
    tunnel: 10004 + offset,
    edged: 10350 + offset,
  };
}

/** Throws `unavailable` naming the first port another program listens on. */
export async function assertFree(ports: Ports): Promise<void> {
  for (const [purpose, port] of Object.entries(ports)) {
    if (await isFree(port)) continue;
    throw new EdgeError(
      'unavailable',
      `TCP port ${port} (${purpose}) is taken by another program: stop it, or shift all ports with --port-offset N.`,
    );
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host: '0.0.0.0', exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  server.close();
  await once(server, 'close');
  return true;
}
