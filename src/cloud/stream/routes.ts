import { EdgeError } from '../../lib/index.js';
import { frameTypes } from '../../wire/index.js';

/** Whose tunnel a request takes, and how. */
export type StreamRoute =
  | { readonly kind: 'pod'; readonly type: number; readonly namespace: string; readonly pod: string }
  | { readonly kind: 'node'; readonly type: number }
  | { readonly kind: 'unsupported'; readonly what: string };

const metricsPath = /^\/(stats(\/.*)?|metrics(\/(cadvisor|probes|resource))?)$/;

/** The kubelet paths the tunnel carries (facts stream-tunnel §6); undefined is 404. Throws `invalid`. */
export function routeOf(method: string, path: string): StreamRoute | undefined {
  const [, first = '', ...rest] = path.split('/');
  if (first === 'containerLogs' && method === 'GET' && rest.length === 3 && !rest.includes('')) {
    const [namespace = '', pod = ''] = rest.map(decodeSegment);
    return { kind: 'pod', type: frameTypes.logsConnect, namespace, pod };
  }
  if (first === 'exec' || first === 'attach' || first === 'portForward') return { kind: 'unsupported', what: first };
  if (method === 'GET' && metricsPath.test(path)) return { kind: 'node', type: frameTypes.metricsConnect };
  return undefined;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    throw new EdgeError('invalid', `path segment ${segment} is not percent-encoded text`, { cause: error });
  }
}

/** The node a metrics request is for: from the API server's node proxy header, else the Host (facts stream-tunnel §6). */
export function nodeOfHeaders(headers: { host?: string | undefined; forwardedUri?: string | undefined }): string {
  const proxied = /^\/api\/v1\/nodes\/([^/:]+)\//.exec(headers.forwardedUri ?? '')?.[1];
  return proxied ?? (headers.host ?? '').split(':')[0] ?? '';
}
