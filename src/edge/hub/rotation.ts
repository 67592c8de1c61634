import { createBackoff, type Log, pause } from '../../lib/index.js';
import { readCertificate } from '../../wire/index.js';
import type { HubConfig } from './hub-config.js';
import { type Identity, saveIdentity } from './identity.js';
import { requestCertificate } from './join.js';

const longestTimerMs = 2 ** 31 - 1;
const retryBaseMs = 2000;
const retryMaxMs = 32_000;

/** When to renew: a random point between 70 % and 90 % of the certificate's life (facts cloudhub-wire §1.6). */
export function rotationTime(
  certificate: Pick<ReturnType<typeof readCertificate>, 'notBefore' | 'notAfter'>,
  random: () => number,
): Date {
  const start = certificate.notBefore.getTime();
  return new Date(Math.round(start + (certificate.notAfter.getTime() - start) * (0.7 + 0.2 * random())));
}

/**
 * Renews the certificate for ever, each time before it expires. `renewed` is told of the new identity once its
 * files are replaced: the link must be dialled anew with it.
 */
export async function rotateCertificates(
  options: {
    readonly config: HubConfig;
    readonly identity: () => Identity;
    readonly renewed: (identity: Identity) => void;
    readonly log: Log;
    readonly now: () => Date;
    readonly random: () => number;
  },
  signal: AbortSignal,
): Promise<void> {
  const { config, identity, renewed, log, now, random } = options;
  while (!signal.aborted) {
    const due = rotationTime(readCertificate(identity().cert), random);
    await pauseUntil(due, now, signal);
    const backoff = createBackoff({ baseMs: retryBaseMs, maxMs: retryMaxMs, jitter: 0.1, random });
    while (!signal.aborted) {
      try {
        const next = await requestCertificate(config, identity().ca, identity(), signal);
        await saveIdentity(config, next);
        log.info({ notAfter: readCertificate(next.cert).notAfter }, 'certificate renewed');
        renewed(next);
        break;
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error }, 'certificate not renewed yet');
        await pause(backoff.next(), signal);
      }
    }
  }
}

/** Timers hold 24.8 days at most, and a clock may be set meanwhile. */
async function pauseUntil(due: Date, now: () => Date, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const rest = due.getTime() - now().getTime();
    if (rest <= 0) return;
    await pause(Math.min(rest, longestTimerMs), signal);
  }
}
