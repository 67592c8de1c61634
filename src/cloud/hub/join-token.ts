import { type Log, type Loop, pause } from '../../lib/index.js';
import { createToken } from '../../wire/index.js';
import type { HubIdentity } from './identity.js';
import { type SecretApi, writeSecret } from './secrets.js';

const hourMs = 3_600_000;
const retryMs = 30_000;

/** Makes a join token valid for two refresh periods and stores it in the secret `tokensecret` (facts cloudhub-wire §1.1). */
export async function publishToken(options: {
  readonly kube: SecretApi;
  readonly identity: Pick<HubIdentity, 'caDer' | 'caKeyDer'>;
  readonly refreshHours: number;
  readonly now: () => Date;
}): Promise<void> {
  const { kube, identity, refreshHours, now } = options;
  const expiresAt = new Date(now().getTime() + 2 * refreshHours * hourMs);
  const token = await createToken({ ...identity, expiresAt });
  await writeSecret(kube, 'tokensecret', { tokendata: Buffer.from(token) });
}

/** Replaces the token every refresh period; a failed write is tried again until it works. */
export function createTokenLoop(options: Parameters<typeof publishToken>[0] & { readonly log: Log }): Loop {
  return async (signal) => {
    // Node timers hold 2^31 ms at most.
    const refreshMs = Math.min(options.refreshHours * hourMs, 2 ** 31 - 1);
    await pause(refreshMs, signal);
    while (!signal.aborted) {
      const failed = await publishToken(options).then(
        () => false,
        (error: unknown) => {
          options.log.warn({ err: error }, 'join token could not be refreshed, trying again');
          return true;
        },
      );
      await pause(failed ? retryMs : refreshMs, signal);
    }
  };
}
