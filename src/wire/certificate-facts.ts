import { X509Certificate } from 'node:crypto';
import { EdgeError } from '../lib/index.js';
import { nodeOrganization } from './names.js';

/** A certificate with what our programs ask of it. */
export interface CertificateFacts {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly der: Buffer;
}

/** Reads a certificate in PEM or DER. Throws `invalid`. */
export function readCertificate(certificate: string | Uint8Array): CertificateFacts {
  try {
    const parsed = new X509Certificate(certificate);
    const fields = parsed.subject.split('\n').map((line): [string, string] => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    });
    const values = (key: string) => fields.filter(([name]) => name === key).map(([, value]) => value);
    return {
      commonName: values('CN').at(-1) ?? '',
      organizations: values('O'),
      notBefore: new Date(parsed.validFrom),
      notAfter: new Date(parsed.validTo),
      der: parsed.raw,
    };
  } catch (error) {
    throw new EdgeError('invalid', 'certificate cannot be read', { cause: error });
  }
}

/** The node a certificate was issued to; undefined when it is not a node's (facts cloudhub-wire §1.3). */
export function nodeOfCertificate(certificate: CertificateFacts): string | undefined {
  const prefix = 'system:node:';
  if (!certificate.organizations.includes(nodeOrganization)) return undefined;
  if (!certificate.commonName.startsWith(prefix)) return undefined;
  return certificate.commonName.slice(prefix.length) || undefined;
}
