import type { KubeObject } from '../../kube/index.js';
import { badRequest, invalid } from '../refusals.js';
import { readObject } from './body.js';
import type { Api, Call } from './call.js';
import { queryFlag } from './query-flag.js';

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly dryRun: boolean;
}

type DeleteBody = KubeObject & {
  gracePeriodSeconds?: unknown;
  orphanDependents?: unknown;
  propagationPolicy?: unknown;
  dryRun?: unknown;
  preconditions?: { uid?: unknown; resourceVersion?: unknown } | null;
};

/** DeleteOptions from the body or, without one, from the query (facts kubernetes-api §3). Throws 400 and 422. */
export async function deleteOptionsOf(api: Api, call: Call): Promise<DeleteOptions> {
  const read = await readObject(api, call.request);
  return parseDeleteOptions((read?.object as DeleteBody | undefined) ?? queryOptions(call.query), call.query);
}

/** DeleteOptions as an object holds them. `dryRun` may also stand in the query. */
export function parseDeleteOptions(body: DeleteBody, query?: URLSearchParams): DeleteOptions {
  const { kind = 'DeleteOptions', gracePeriodSeconds: grace, preconditions } = body;
  if (kind !== 'DeleteOptions') throw badRequest(`the body of a delete must be DeleteOptions, not ${kind}`);
  if (grace !== undefined && grace !== null && !Number.isSafeInteger(grace)) {
    throw badRequest('gracePeriodSeconds must be a whole number of seconds');
  }
  const policy = policyOf(body);
  return {
    dryRun: isDry(body.dryRun) || isDry(query?.getAll('dryRun')),
    ...(typeof grace === 'number' && { gracePeriodSeconds: grace }),
    ...(typeof preconditions?.uid === 'string' && { uid: preconditions.uid }),
    ...(typeof preconditions?.resourceVersion === 'string' && { resourceVersion: preconditions.resourceVersion }),
    ...(policy && { propagationPolicy: policy }),
  };
}

function policyOf({ propagationPolicy: policy, orphanDependents }: DeleteBody): DeleteOptions['propagationPolicy'] {
  if (policy === 'Background' || policy === 'Foreground' || policy === 'Orphan') return policy;
  if (policy !== undefined && policy !== null && policy !== '')
    throw refusal('propagationPolicy', policy, ['Foreground', 'Background', 'Orphan']);
  return typeof orphanDependents === 'boolean' ? (orphanDependents ? 'Orphan' : 'Background') : undefined;
}

function isDry(values: unknown): boolean {
  if (values === undefined || values === null) return false;
  const list = Array.isArray(values) ? values.filter((value) => value !== '') : [values];
  if (list.every((value) => value === 'All')) return list.length > 0;
  throw refusal('dryRun', list, ['All']);
}

function refusal(field: string, value: unknown, supported: readonly string[]) {
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((text) => `"${text}"`).join(', ')}`;
  return invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [
    { field, reason: 'FieldValueNotSupported', message },
  ]);
}

function queryOptions(query: URLSearchParams): DeleteBody {
  const grace = query.get('gracePeriodSeconds');
  return {
    ...(grace && { gracePeriodSeconds: Number(grace) }),
    ...(query.get('propagationPolicy') && { propagationPolicy: query.get('propagationPolicy') }),
    ...(query.has('orphanDependents') && { orphanDependents: queryFlag(query, 'orphanDependents') }),
  };
}
