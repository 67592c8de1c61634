import { describe, expect, it } from 'vitest';
import { createToken, parseToken, verifyToken } from './token.js';

const vector = {
  caDer: Buffer.from('ca'),
  caKeyDer: Buffer.from('key'),
  expiresAt: new Date(1_700_000_000_000),
};
const text =
  '6959097001d10501ac7d54c0bdb8db61420f658f2922cc26e46d536119a31126.eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.' +
  'eyJleHAiOjE3MDAwMDAwMDB9.c4S3PMQFRBR-JyuRMXny_NbKJRJ7F7xp-DIfGvxzLoE';

describe('the join token', () => {
  it('is the vector of facts cloudhub-wire §1.1', async () => {
    expect(await createToken(vector)).toBe(text);
  });

  it('is valid until its expiry and under its own key only', async () => {
    const { jwt } = parseToken(text);
    await expect(verifyToken(jwt, vector.caKeyDer, new Date(1_699_999_999_000))).resolves.toBeUndefined();
    const denied = expect.objectContaining({ code: 'denied' });
    await expect(verifyToken(jwt, vector.caKeyDer, new Date(1_700_000_001_000))).rejects.toEqual(denied);
    await expect(verifyToken(jwt, Buffer.from('other'), new Date(1_699_999_999_000))).rejects.toEqual(denied);
    await expect(verifyToken('a.b.c', vector.caKeyDer, new Date(0))).rejects.toEqual(denied);
  });

  it.each(['', 'a.b.c', 'zz.a.b.c', `${text}.more`, text.replace('.', '..')])('refuses %.20j', (token) => {
    expect(() => parseToken(token)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });
});
