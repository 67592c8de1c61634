import { isAbsolute } from 'node:path';
import { EdgeError } from '../lib/index.js';

/**
 * The path of the socket an endpoint names: `unix:///path`, `unix:/path` or a bare absolute path.
 * Anything else (tcp, a relative path) is `invalid`: CRI is spoken without TLS, so it stays on the machine.
 */
export function socketPath(endpoint: string): string {
  const path = endpoint.replace(/^unix:(\/\/)?/, '');
  if (!isAbsolute(path) || path.includes('\0')) {
    throw new EdgeError(
      'invalid',
      `runtime endpoint ${JSON.stringify(endpoint)} is not a unix socket: write it as unix:///run/containerd/containerd.sock`,
    );
  }
  return path;
}
