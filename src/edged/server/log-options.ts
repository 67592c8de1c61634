import { EdgeError } from '../../lib/index.js';

/** What of a container's log is asked for (facts kubelet-on-cri §9 /containerLogs). */
export interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  /** Milliseconds since the epoch: records from then on. */
  readonly since: number | undefined;
  readonly stream: 'All' | 'Stdout' | 'Stderr';
}

/** Reads the query of a log request. Throws `invalid` naming the parameter. */
export function parseLogOptions(query: URLSearchParams, now: number): LogOptions {
  const sinceSeconds = whole(query, 'sinceSeconds', 1);
  const sinceTime = query.get('sinceTime');
  if (sinceSeconds !== undefined && sinceTime)
    throw new EdgeError('invalid', 'at most one of sinceTime or sinceSeconds may be specified');
  const at = sinceTime ? Date.parse(sinceTime) : undefined;
  if (Number.isNaN(at))
    throw new EdgeError('invalid', `sinceTime ${JSON.stringify(sinceTime)} is not an RFC 3339 time`);
  const stream = query.get('stream') || 'All';
  if (stream !== 'All' && stream !== 'Stdout' && stream !== 'Stderr') {
    throw new EdgeError('invalid', `stream ${JSON.stringify(stream)} must be All, Stdout or Stderr`);
  }
  return {
    follow: flag(query, 'follow'),
    previous: flag(query, 'previous'),
    timestamps: flag(query, 'timestamps'),
    tailLines: whole(query, 'tailLines', 0),
    limitBytes: whole(query, 'limitBytes', 1),
    since: sinceSeconds === undefined ? at : now - sinceSeconds * 1000,
    stream,
  };
}

function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  if (value === null || ['false', '0', 'f', 'F', 'False', 'FALSE'].includes(value)) return false;
  if (['', 'true', '1', 't', 'T', 'True', 'TRUE'].includes(value)) return true;
  throw new EdgeError('invalid', `${name} ${JSON.stringify(value)} must be true or false`);
}

function whole(query: URLSearchParams, name: string, least: number): number | undefined {
  const value = query.get(name);
  if (value === null || value === '') return undefined;
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < least) {
    throw new EdgeError('invalid', `${name} ${JSON.stringify(value)} must be a whole number of at least ${least}`);
  }
  return number;
}
