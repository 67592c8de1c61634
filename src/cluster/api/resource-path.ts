import { EdgeError } from '../../lib/index.js';

/** A request path under /api or /apis (facts kubernetes-api §3). */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** Segments of a URL path, decoded. Throws `invalid` for broken escapes and for names no object can have. */
export function splitPath(pathname: string): string[] {
  try {
    const segments = pathname
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
    if (segments.every((segment) => segment !== '.' && segment !== '..' && !/[/%\0]/.test(segment))) return segments;
  } catch {
    // The sentence below says it for both.
  }
  throw new EdgeError('invalid', 'the request path is malformed');
}

/** The resource a path names; undefined when it is not a resource path (discovery, for instance). */
export function parseResourcePath(segments: readonly string[]): ResourcePath | undefined {
  const [root, ...rest] = segments;
  if (root === 'api' && rest.length >= 2) return inVersion('', rest);
  if (root === 'apis' && rest.length >= 3) return inVersion(rest[0] ?? '', rest.slice(1));
  return undefined;
}

function inVersion(group: string, [version = '', ...rest]: readonly string[]): ResourcePath | undefined {
  // /namespaces/x and /namespaces/x/status are the Namespace itself; one segment more is something inside it.
  const inside = rest[0] === 'namespaces' && rest.length >= 3 && !isNamespaceSubresource(group, rest);
  const [resource = '', name, subresource, ...surplus] = inside ? rest.slice(2) : rest;
  if (surplus.length > 0) return undefined;
  return {
    group,
    version,
    resource,
    ...(inside && { namespace: rest[1] ?? '' }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
  };
}

function isNamespaceSubresource(group: string, rest: readonly string[]): boolean {
  return group === '' && rest.length === 3 && ['status', 'finalize'].includes(rest[2] ?? '');
}
