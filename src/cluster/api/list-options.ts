import { z } from 'zod';
import { EdgeError, pause } from '../../lib/index.js';
import { badRequest, invalidOption, tooLargeVersion } from '../refusals.js';
import type { Api, Call } from './call.js';

export interface ListOptions {
  /** List exactly this revision; absent: the newest. */
  readonly revision?: number;
  /** Continue after this key. */
  readonly after?: string;
  readonly limit?: number;
}

const futureWaitMs = 3000;
const tokenSchema = z.object({ v: z.literal(1), rv: z.int().nonnegative(), start: z.string().max(1024) });

/** What limit, continue, resourceVersion and resourceVersionMatch ask for (facts kubernetes-api §4). */
export async function listOptionsOf({ store }: Api, { query, signal }: Call): Promise<ListOptions> {
  const version = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  const token = query.get('continue') ?? '';
  if (query.has('sendInitialEvents'))
    throw invalidOption('sendInitialEvents', 'sendInitialEvents is forbidden for list');
  checkMatch(match, version, token);
  const limit = parseCount(query.get('limit'), 'limit');
  const cut = limit ? { limit } : {};
  if (token !== '') {
    const { rv, start } = parseToken(token);
    return { revision: rv, after: start, ...cut };
  }
  const revision = parseVersion(version);
  if (revision > store.revision()) {
    await pause(futureWaitMs, signal);
    if (revision > store.revision()) throw tooLargeVersion(revision, store.revision());
  }
  return { ...(match === 'Exact' && { revision }), ...cut };
}

function checkMatch(match: string, version: string, token: string): void {
  if (match === '') return;
  const field = 'resourceVersionMatch';
  if (match !== 'Exact' && match !== 'NotOlderThan')
    throw invalidOption(field, `unknown value ${JSON.stringify(match)}`);
  if (token !== '') throw invalidOption(field, 'resourceVersionMatch is forbidden when continue is provided');
  if (version === '')
    throw invalidOption(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (match === 'Exact' && version === '0') {
    throw invalidOption(field, 'resourceVersionMatch "Exact" is forbidden for resourceVersion "0"');
  }
}

/** A resourceVersion as a number; empty is 0. Throws 400. */
export function parseVersion(text: string): number {
  return parseCount(text, 'resourceVersion') ?? 0;
}

/** A non-negative integer of the query. Throws 400. */
export function parseCount(text: string | null, name: string): number | undefined {
  if (text === null || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text))
    throw badRequest(`${name}: Invalid value: ${JSON.stringify(text)}: must be a non-negative integer`);
  return Number(text);
}

/** The opaque text that makes the next page go on after a key, at the same revision. */
export function continueToken(revision: number, after: string): string {
  return Buffer.from(JSON.stringify({ v: 1, rv: revision, start: after })).toString('base64url');
}

function parseToken(text: string): z.infer<typeof tokenSchema> {
  try {
    return tokenSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch (cause) {
    throw new EdgeError('invalid', 'continue key is not valid: start the list again without it', { cause });
  }
}
