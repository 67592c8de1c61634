import { EdgeError } from '../lib/index.js';
import { firstJsonValue } from './first-json-value.js';

/** The request a tunnel connection carries to the edge (facts stream-tunnel §4, connector JSON). */
export interface TunnelConnector {
  readonly connectId: number;
  /** Where the edge is asked to go, path and query included, such as `http://127.0.0.1:10350/containerLogs/…`. */
  readonly url: URL;
  /** Header values by name; a header may come several times. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** Set for exec and attach; logs and metrics are always GET. */
  readonly method?: string | undefined;
}

/** The payload of a CONNECT frame, in the shape Go's URL type has. */
export function encodeConnector(connector: TunnelConnector): Buffer {
  const { url } = connector;
  const path = decodePath(url.pathname);
  return Buffer.from(
    JSON.stringify({
      MessID: connector.connectId,
      url: {
        Scheme: url.protocol.replace(/:$/, ''),
        Opaque: '',
        User: null,
        Host: url.host,
        Path: path,
        RawPath: path === url.pathname ? '' : url.pathname,
        OmitHost: false,
        ForceQuery: false,
        RawQuery: url.search.replace(/^\?/, ''),
        Fragment: '',
        RawFragment: '',
      },
      header: connector.headers,
      method: connector.method,
    }),
  );
}

/** Reads a CONNECT payload; missing keys take their defaults. Throws `invalid`. */
export function decodeConnector(payload: Buffer): TunnelConnector {
  const connector = record(firstJsonValue(payload.toString()));
  const target = record(connector.url);
  const { Scheme = 'http', Host = '127.0.0.1:10350', Path = '/', RawPath, RawQuery } = target as Record<string, string>;
  const path = RawPath && decodePath(RawPath) === Path ? RawPath : encodePath(String(Path));
  try {
    const url = new URL(`${Scheme || 'http'}://${Host || '127.0.0.1:10350'}`);
    url.pathname = path;
    url.search = RawQuery ? `?${RawQuery}` : '';
    return {
      connectId: Number(connector.MessID ?? 0),
      url,
      headers: headersOf(connector.header),
      method: typeof connector.method === 'string' && connector.method !== '' ? connector.method : undefined,
    };
  } catch (error) {
    throw new EdgeError('invalid', 'tunnel connector has no usable URL', { cause: error });
  }
}

function headersOf(value: unknown): Record<string, string[]> {
  const entries = Object.entries(record(value)).map(([name, values]): [string, string[]] => [
    name,
    Array.isArray(values) ? values.filter((item) => typeof item === 'string') : [],
  ]);
  return Object.fromEntries(entries);
}

function record(value: unknown): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new EdgeError('invalid', 'tunnel connector is not a JSON object');
  }
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null));
}

const encodePath = (path: string) => path.split('/').map(encodeURIComponent).join('/');

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A path with a bad escape stands for itself.
    return path;
  }
}
