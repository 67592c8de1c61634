import { createHash } from 'node:crypto';
import { EdgeError } from '../lib/index.js';

/** Lowercase hex SHA-256 of a certificate's DER bytes: the first part of a token. */
export function caHash(caDer: Uint8Array): string {
  return createHash('sha256').update(caDer).digest('hex');
}

/**
 * The join token `<caHash>.<jwt>`: HS256 keyed with the raw bytes of the CA key's DER, one claim
 * `exp` in seconds (facts cloudhub-wire §1.1).
 */
export async function createToken(options: {
  readonly caDer: Uint8Array;
  readonly caKeyDer: Uint8Array;
  readonly expiresAt: Date;
}): Promise<string> {
  const { SignJWT } = await import('jose');
  const jwt = await new SignJWT({ exp: Math.floor(options.expiresAt.getTime() / 1000) })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(options.caKeyDer);
  return `${caHash(options.caDer)}.${jwt}`;
}

/** Splits a token into the CA hash, which stays at the edge, and the JWT, which the server gets. Throws `invalid`. */
export function parseToken(token: string): { caHash: string; jwt: string } {
  const [hash = '', ...jwt] = token.trim().split('.');
  if (jwt.length !== 3 || jwt.includes('') || !/^[0-9a-f]{64}$/.test(hash)) {
    throw new EdgeError('invalid', 'token is not <hash>.<header>.<payload>.<signature>; get one with: keadm gettoken');
  }
  return { caHash: hash, jwt: jwt.join('.') };
}

/** Checks signature (any HMAC algorithm) and expiry of the JWT part; throws `denied`. */
export async function verifyToken(jwt: string, caKeyDer: Uint8Array, now: Date): Promise<void> {
  const { jwtVerify } = await import('jose');
  try {
    await jwtVerify(jwt, caKeyDer, {
      algorithms: ['HS256', 'HS384', 'HS512'],
      currentDate: now,
      requiredClaims: ['exp'],
    });
  } catch (error) {
    throw new EdgeError('denied', 'token is not valid or has expired; get a new one with: keadm gettoken', {
      cause: error,
    });
  }
}
