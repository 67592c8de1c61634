import { hasCode } from '../../lib/index.js';

/** The answer about an object, undefined when it has gone meanwhile. */
export async function goneOr<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (hasCode(error, 'not-found')) return undefined;
    throw error;
  }
}
