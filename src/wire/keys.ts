import { createPrivateKey, generateKeyPairSync, type KeyObject, webcrypto } from 'node:crypto';
import { EdgeError } from '../lib/index.js';

/** A new ECDSA P-256 key; the PEM block is `EC PRIVATE KEY` (SEC 1), which every peer reads. */
export function createKey(): { keyPem: string; publicKey: KeyObject } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { keyPem: privateKey.export({ type: 'sec1', format: 'pem' }).toString(), publicKey };
}

/**
 * Reads a private key from PEM or DER, PKCS#8 or SEC 1. A Go cloud writes SEC 1 bytes under the label
 * `PRIVATE KEY`, which OpenSSL refuses, so the label is not believed (facts cloudhub-wire §1.2). Throws `invalid`.
 */
export function readPrivateKey(key: string | Uint8Array): KeyObject {
  const der = typeof key === 'string' ? derOf(key) : Buffer.from(key);
  for (const type of ['pkcs8', 'sec1', 'pkcs1'] as const) {
    try {
      return createPrivateKey({ key: der, format: 'der', type });
    } catch {
      // The next encoding is tried; the error below names them all.
    }
  }
  throw new EdgeError('invalid', 'private key is neither PKCS#8, SEC 1 nor PKCS#1');
}

/** The bytes the token is keyed with and the CA secret holds: SEC 1 DER for EC keys. */
export function privateKeyDer(key: string | Uint8Array): Buffer {
  const object = readPrivateKey(key);
  return object.asymmetricKeyType === 'ec'
    ? object.export({ type: 'sec1', format: 'der' })
    : object.export({ type: 'pkcs8', format: 'der' });
}

/** DER to the PEM a program loads: EC keys as `EC PRIVATE KEY`, others as PKCS#8. */
export function privateKeyPem(key: string | Uint8Array): string {
  const object = readPrivateKey(key);
  return object
    .export(object.asymmetricKeyType === 'ec' ? { type: 'sec1', format: 'pem' } : { type: 'pkcs8', format: 'pem' })
    .toString();
}

/** The bytes inside the first PEM block of `pem`, whatever its label. Throws `invalid`. */
export function derOf(pem: string): Buffer {
  const body = /-----BEGIN [A-Z0-9 ]+-----([A-Za-z0-9+/=\s]+)-----END [A-Z0-9 ]+-----/.exec(pem)?.[1];
  if (body === undefined) throw new EdgeError('invalid', 'text holds no PEM block');
  return Buffer.from(body, 'base64');
}

/** A PEM block around DER bytes. */
export function pemOf(label: 'CERTIFICATE' | 'CERTIFICATE REQUEST', der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** How this key signs, for WebCrypto. Throws `unsupported` for keys that are neither NIST EC nor RSA. */
export function signingAlgorithm(key: KeyObject): webcrypto.EcKeyImportParams & { name: string; hash: string } {
  const curve = { prime256v1: 'P-256', secp384r1: 'P-384' }[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (curve !== undefined) return { name: 'ECDSA', namedCurve: curve, hash: 'SHA-256' };
  if (key.asymmetricKeyType === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', namedCurve: '', hash: 'SHA-256' };
  throw new EdgeError('unsupported', 'certificate keys must be ECDSA P-256, P-384 or RSA');
}

/** The WebCrypto form of a private key, able to sign. */
export function signingKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', pkcs8, signingAlgorithm(key), true, ['sign']);
}

/** The WebCrypto form of a public key, able to verify. */
export function verifyingKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const spki = key.export({ type: 'spki', format: 'der' });
  return webcrypto.subtle.importKey('spki', spki, signingAlgorithm(key), true, ['verify']);
}
