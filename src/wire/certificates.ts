import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import type { ExtendedKeyUsage, JsonGeneralNames } from '@peculiar/x509';
import { createKey, derOf, readPrivateKey, signingAlgorithm, signingKey, verifyingKey } from './keys.js';
import { loadX509 } from './x509.js';

export interface Subject {
  readonly commonName: string;
  readonly organizations?: readonly string[] | undefined;
}

/** A certificate and the key that signs with it. */
export interface Authority {
  readonly certificatePem: string;
  readonly keyPem: string;
}

export type CertificateUsage = 'server' | 'client';

export interface CertificateOptions {
  readonly subject: Subject;
  readonly usages: readonly CertificateUsage[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly days: number;
  /** Whose certificate it becomes. */
  readonly publicKey: KeyObject;
  readonly now?: Date;
}

const dayMs = 86_400_000;
/** Clocks at the edge run behind: certificates are valid from a while before they were made. */
const clockSkewMs = 3_600_000;

/**
 * A new self-signed CA, ECDSA P-256: CA:true, keyEncipherment + digitalSignature + certSign, EKU server
 * and client, 364 × 100 days unless told otherwise (facts cloudhub-wire §1.3).
 */
export async function createAuthority(options: {
  readonly commonName: string;
  readonly days?: number;
  readonly now?: Date;
}): Promise<Authority> {
  const { commonName, days = 36_400, now = new Date() } = options;
  const x509 = await loadX509();
  const { keyPem, publicKey } = createKey();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '0400',
    subject: nameOf({ commonName }),
    issuer: nameOf({ commonName }),
    ...validity(now, days),
    publicKey: await verifyingKey(publicKey),
    signingKey: await signingKey(createPrivateKey(keyPem)),
    signingAlgorithm: signingAlgorithm(publicKey),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyEncipherment | x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign,
        true,
      ),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
      await x509.SubjectKeyIdentifierExtension.create(await verifyingKey(publicKey)),
    ],
  });
  return { certificatePem: `${certificate.toString('pem')}\n`, keyPem };
}

/** A leaf signed by `authority`, as PEM: keyEncipherment + digitalSignature, a random positive serial. */
export async function issueCertificate(authority: Authority, options: CertificateOptions): Promise<string> {
  const { subject, usages, dnsNames = [], ipAddresses = [], days, publicKey, now = new Date() } = options;
  const x509 = await loadX509();
  const issuer = new x509.X509Certificate(derOf(authority.certificatePem));
  const caKey = readPrivateKey(authority.keyPem);
  const key = await verifyingKey(publicKey);
  const names: JsonGeneralNames = [
    ...dnsNames.filter((name) => name !== '').map((value) => ({ type: 'dns' as const, value })),
    ...ipAddresses.map((value) => ({ type: 'ip' as const, value })),
  ];
  const purpose: Record<CertificateUsage, ExtendedKeyUsage> = {
    server: x509.ExtendedKeyUsage.serverAuth,
    client: x509.ExtendedKeyUsage.clientAuth,
  };
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: nameOf(subject),
    issuer: issuer.subject,
    ...validity(now, days),
    publicKey: key,
    signingKey: await signingKey(caKey),
    signingAlgorithm: signingAlgorithm(caKey),
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyEncipherment | x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(usages.map((usage) => purpose[usage])),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

/** A new key and a certificate for it in one step. */
export async function issuePair(
  authority: Authority,
  options: Omit<CertificateOptions, 'publicKey'>,
): Promise<{ certificatePem: string; keyPem: string }> {
  const { keyPem, publicKey } = createKey();
  return { certificatePem: await issueCertificate(authority, { ...options, publicKey }), keyPem };
}

/** The public half of a private key in PEM. */
export function publicKeyOf(keyPem: string): KeyObject {
  return createPublicKey(readPrivateKey(keyPem));
}

const validity = (now: Date, days: number) => ({
  notBefore: new Date(now.getTime() - clockSkewMs),
  notAfter: new Date(now.getTime() + days * dayMs),
});

const nameOf = ({ commonName, organizations = [] }: Subject) => [
  ...organizations.map((organization) => ({ O: [organization] })),
  { CN: [commonName] },
];

/** 63 random bits, so positive as ASN.1 demands, as hex. */
function randomSerial(): string {
  const bytes = randomBytes(8);
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x01;
  return bytes.toString('hex');
}
