import { createPublicKey, sign } from 'node:crypto';
import { createKey, nodeCommonName, nodeOrganization } from '../../wire/index.js';

/** Object identifiers, as their DER bytes (X.520 attributes, RFC 5758 ecdsa-with-SHA256). */
const oid = {
  countryName: [0x55, 0x04, 0x06],
  stateOrProvinceName: [0x55, 0x04, 0x08],
  localityName: [0x55, 0x04, 0x07],
  organizationName: [0x55, 0x04, 0x0a],
  commonName: [0x55, 0x04, 0x03],
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
};

const tag = {
  integer: 0x02,
  bitString: 0x03,
  oid: 0x06,
  utf8: 0x0c,
  printable: 0x13,
  sequence: 0x30,
  set: 0x31,
  attributes: 0xa0,
};

/**
 * A new P-256 key and the certificate signing request of `node` for it: PKCS#10 DER (RFC 2986), subject as in facts
 * cloudhub-wire §1.3. Written out here because the certificate library would stay in memory after the join,
 * a quarter of what an edge may use.
 */
export function createEdgeRequest(node: string): { csrDer: Buffer; keyPem: string } {
  const { keyPem } = createKey();
  const publicKey = createPublicKey(keyPem).export({ type: 'spki', format: 'der' });
  const subject = der(
    tag.sequence,
    attribute(oid.countryName, tag.printable, 'CN'),
    attribute(oid.stateOrProvinceName, tag.utf8, 'Zhejiang'),
    attribute(oid.localityName, tag.utf8, 'Hangzhou'),
    attribute(oid.organizationName, tag.utf8, nodeOrganization),
    attribute(oid.commonName, tag.utf8, nodeCommonName(node)),
  );
  const info = der(tag.sequence, der(tag.integer, Buffer.from([0])), subject, publicKey, der(tag.attributes));
  const algorithm = der(tag.sequence, der(tag.oid, Buffer.from(oid.ecdsaWithSha256)));
  // The leading zero says that every bit of the last byte counts.
  const signature = der(tag.bitString, Buffer.from([0]), sign('sha256', info, keyPem));
  return { csrDer: der(tag.sequence, info, algorithm, signature), keyPem };
}

function attribute(type: readonly number[], valueTag: number, value: string): Buffer {
  return der(tag.set, der(tag.sequence, der(tag.oid, Buffer.from(type)), der(valueTag, Buffer.from(value))));
}

/** One DER element: tag, length, the parts one after the other. */
function der(elementTag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const size = body.byteLength;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([elementTag, ...length]), body]);
}
