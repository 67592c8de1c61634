import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nodeOfCertificate, readCertificate } from './certificate-facts.js';
import { createEdgeRequest, readRequest } from './certificate-request.js';
import { createAuthority, issueCertificate, issuePair, publicKeyOf } from './certificates.js';
import { privateKeyDer } from './keys.js';

describe('certificates', () => {
  it('makes a CA of the profile peers expect', async () => {
    const authority = await createAuthority({ commonName: 'KubeEdge' });
    const certificate = new X509Certificate(authority.certificatePem);
    expect(certificate.subject).toBe('CN=KubeEdge');
    expect(certificate.serialNumber).toBe('0400');
    expect(certificate.ca).toBe(true);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(authority.keyPem).toContain('BEGIN EC PRIVATE KEY');
    const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(36_400);
  });

  it('issues a server leaf that OpenSSL verifies for its names', async () => {
    const authority = await createAuthority({ commonName: 'KubeEdge' });
    const pair = await issuePair(authority, {
      subject: { commonName: 'KubeEdge', organizations: ['KubeEdge'] },
      usages: ['server'],
      dnsNames: ['cloud.example', ''],
      ipAddresses: ['127.0.0.1', '::1'],
      days: 10,
    });
    const leaf = new X509Certificate(pair.certificatePem);
    const ca = new X509Certificate(authority.certificatePem);
    expect(leaf.verify(ca.publicKey)).toBe(true);
    expect(leaf.checkIssued(ca)).toBe(true);
    expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(leaf.checkHost('cloud.example')).toBe('cloud.example');
    expect(leaf.checkPrivateKey(createPrivateKey(pair.keyPem))).toBe(true);
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  });

  it('turns a node request into a node certificate', async () => {
    const authority = await createAuthority({ commonName: 'KubeEdge' });
    const { csrDer, keyPem } = await createEdgeRequest('edge-1.site');
    const request = await readRequest(csrDer);
    expect(request.subject).toEqual({ commonName: 'system:node:edge-1.site', organizations: ['system:nodes'] });
    const pem = await issueCertificate(authority, { ...request, usages: ['client'], days: 365 });
    expect(nodeOfCertificate(readCertificate(pem))).toBe('edge-1.site');
    expect(new X509Certificate(pem).checkPrivateKey(createPrivateKey(keyPem))).toBe(true);
  });

  it('refuses a request whose signature or bytes are wrong', async () => {
    const { csrDer } = await createEdgeRequest('edge-1');
    const forged = Buffer.from(csrDer);
    forged[forged.length - 1] = (forged.at(-1) as number) ^ 0xff;
    const invalid = expect.objectContaining({ code: 'invalid' });
    await expect(readRequest(forged)).rejects.toEqual(invalid);
    await expect(readRequest(Buffer.from('not a request'))).rejects.toEqual(invalid);
  });

  it('signs under an RSA authority brought from elsewhere', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const issuer = await createAuthority({ commonName: 'site CA' });
    const pair = await issuePair(
      { certificatePem: issuer.certificatePem, keyPem },
      { subject: { commonName: 'x' }, usages: ['client'], days: 1 },
    );
    expect(new X509Certificate(pair.certificatePem).verify(publicKeyOf(keyPem))).toBe(true);
  });

  it('reads SEC 1 bytes under the label a Go cloud gives them', async () => {
    const { keyPem } = await createAuthority({ commonName: 'KubeEdge' });
    const mislabelled = keyPem.replaceAll('EC PRIVATE KEY', 'PRIVATE KEY');
    expect(privateKeyDer(mislabelled)).toEqual(privateKeyDer(keyPem));
  });

  it('knows that a certificate outside system:nodes is no node', async () => {
    const authority = await createAuthority({ commonName: 'KubeEdge' });
    const pair = await issuePair(authority, {
      subject: { commonName: 'system:node:edge-1', organizations: ['other'] },
      usages: ['client'],
      days: 1,
    });
    expect(nodeOfCertificate(readCertificate(pair.certificatePem))).toBeUndefined();
  });
});
