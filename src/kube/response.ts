import type { IncomingMessage } from 'node:http';
import { EdgeError, readBounded } from '../lib/index.js';
import { isJsonObject } from './json.js';
import type { Status } from './objects.js';
import { errorFromStatus, failureStatus } from './status.js';

const maxBodyBytes = 256 * 1024 * 1024;
const maxStatusBytes = 1024 * 1024;

/** The body as JSON; bounded. Throws `too-large`, or `unavailable` for something else than JSON. */
export async function readJson(response: IncomingMessage): Promise<unknown> {
  const body = await readBounded(response, maxBodyBytes, 'the answer of the API server');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new EdgeError('unavailable', 'the API server answered something that is not JSON', { cause });
  }
}

/** Maps a refusal to the error its Status means; what is not a Status (a proxy's page) is quoted in part. */
export async function throwUnlessSuccess(response: IncomingMessage): Promise<void> {
  const code = response.statusCode ?? 500;
  if (code >= 200 && code < 300) return;
  const text = (await readBounded(response, maxStatusBytes, 'the error of the API server')).toString('utf8');
  throw errorFromStatus(parseStatus(text) ?? failureStatus(code, '', `HTTP ${code}: ${text.slice(0, 200).trim()}`));

  function parseStatus(json: string): Status | undefined {
    try {
      const value: unknown = JSON.parse(json);
      return isJsonObject(value) && value.kind === 'Status' ? { ...value, code } : undefined;
    } catch {
      return undefined;
    }
  }
}
