import { request } from 'node:https';
import { EdgeError, messageOf, readBounded } from '../../lib/index.js';

export interface HttpsGet {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A GET with a body, which `fetch` cannot send (facts cloudhub-wire §1.4). */
  readonly body?: Buffer;
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly rejectUnauthorized: boolean;
  };
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const maxAnswerBytes = 1024 * 1024;

/**
 * One HTTPS GET; the answer's bytes on 200. Throws `unavailable` when nobody answers in time or with 5xx,
 * `denied` on 401 and 403 and when the server's certificate does not verify, `invalid` on any other status.
 */
export async function httpsGet({ url, headers, body, tls, timeoutMs, signal }: HttpsGet): Promise<Buffer> {
  const deadline = AbortSignal.timeout(timeoutMs);
  let cancel = () => {};
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const length = body ? { 'content-length': String(body.byteLength) } : {};
      const outgoing = request(url, {
        ...tls,
        method: 'GET',
        minVersion: 'TLSv1.2',
        headers: { ...headers, ...length },
        agent: false,
      });
      cancel = () => outgoing.destroy(new EdgeError('unavailable', `${url} did not answer within ${timeoutMs} ms`));
      deadline.addEventListener('abort', cancel, { once: true });
      signal?.addEventListener('abort', cancel, { once: true });
      if (signal?.aborted) cancel();
      outgoing.on('error', (error) => reject(transportFault(url, error)));
      outgoing.on('response', (response) => {
        readBounded(response, maxAnswerBytes, `answer of ${url}`).then((bytes) => {
          if (response.statusCode === 200) resolve(bytes);
          else reject(refusal(url, response.statusCode ?? 0, bytes));
        }, reject);
      });
      outgoing.end(body);
    });
  } finally {
    signal?.removeEventListener('abort', cancel);
    deadline.removeEventListener('abort', cancel);
  }
}

function refusal(url: string, status: number, bytes: Buffer): EdgeError {
  const code = status === 401 || status === 403 ? 'denied' : status >= 500 ? 'unavailable' : 'invalid';
  const text = bytes.toString('utf8', 0, 256).replace(/\s+/g, ' ').trim();
  return new EdgeError(code, `${url} answered ${status}${text ? `: ${text}` : ''}`);
}

function transportFault(url: string, error: Error & { code?: string }): EdgeError {
  if (error instanceof EdgeError) return error;
  if (isCertificateFault(error)) {
    return new EdgeError('denied', `certificate of ${url} does not verify: ${messageOf(error)}`, { cause: error });
  }
  return new EdgeError('unavailable', `${url} cannot be reached: ${error.code ?? messageOf(error)}`, { cause: error });
}

/** TLS verification faults of Node carry OpenSSL's names. */
export function isCertificateFault(error: unknown): boolean {
  const code = String((error as { code?: unknown })?.code ?? '');
  return /CERT|ALTNAME|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|SSLV3_ALERT|TLSV1_ALERT|TLSV13_ALERT/.test(code);
}
