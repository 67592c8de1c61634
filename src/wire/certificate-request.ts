import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { EdgeError } from '../lib/index.js';
import type { Subject } from './certificates.js';
import { createKey, signingAlgorithm, signingKey, verifyingKey } from './keys.js';
import { nodeCommonName, nodeOrganization } from './names.js';
import { loadX509 } from './x509.js';

/** What a CA needs of a certificate signing request whose signature was verified. */
export interface CertificateRequest {
  readonly subject: Subject;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly publicKey: KeyObject;
}

/** A new P-256 key and the CSR of edge node `node` for it (facts cloudhub-wire §1.3). */
export async function createEdgeRequest(node: string): Promise<{ csrDer: Buffer; keyPem: string }> {
  const x509 = await loadX509();
  const { keyPem, publicKey } = createKey();
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [
      { C: ['CN'] },
      { ST: ['Zhejiang'] },
      { L: ['Hangzhou'] },
      { O: [nodeOrganization] },
      { CN: [nodeCommonName(node)] },
    ],
    keys: { publicKey: await verifyingKey(publicKey), privateKey: await signingKey(createPrivateKey(keyPem)) },
    signingAlgorithm: signingAlgorithm(publicKey),
  });
  return { csrDer: Buffer.from(request.rawData), keyPem };
}

/** Reads a CSR in DER and verifies that its sender holds the key. Throws `invalid`. */
export async function readRequest(csrDer: Uint8Array): Promise<CertificateRequest> {
  const x509 = await loadX509();
  try {
    const request = new x509.Pkcs10CertificateRequest(Buffer.from(csrDer));
    if (!(await request.verify())) throw new EdgeError('invalid', 'signature does not match');
    const [commonName = ''] = request.subjectName.getField('CN');
    if (commonName === '') throw new EdgeError('invalid', 'subject has no common name');
    const alternative = request.extensions.find((item) => item instanceof x509.SubjectAlternativeNameExtension);
    const names = alternative?.names.items ?? [];
    const ofType = (type: string) => names.filter((name) => name.type === type).map((name) => name.value);
    return {
      subject: { commonName, organizations: request.subjectName.getField('O') },
      dnsNames: ofType('dns'),
      ipAddresses: ofType('ip'),
      publicKey: createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' }),
    };
  } catch (error) {
    throw new EdgeError('invalid', 'certificate signing request cannot be used', { cause: error });
  }
}
