import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EdgeError } from '../lib/index.js';
import { createMessage, replyTo } from './create-message.js';
import { decodeMessage, encodeMessage, maxMessageBytes } from './message-codec.js';

const name = fc.option(fc.string({ minLength: 1 }), { nil: undefined });
const message = fc.record({
  id: fc.string(),
  parentId: name,
  timestamp: fc.maxSafeNat(),
  resourceVersion: name,
  source: name,
  group: name,
  operation: name,
  resource: name,
  content: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
});

describe('the message codec', () => {
  it('reads back whatever it wrote', () => {
    fc.assert(
      fc.property(message, (value) => {
        expect(decodeMessage(encodeMessage(value))).toEqual(value);
      }),
    );
  });

  it('answers any text with a message or an EdgeError', () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.json(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(hostile, (input) => {
        try {
          expect(typeof decodeMessage(input).id).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(EdgeError);
        }
      }),
    );
  });

  it('writes the keepalive of a Go edge byte for byte', () => {
    const text = encodeMessage({
      id: '8f0c1d52-6f0e-4c0e-9a54-7f1a0e3c2b11',
      timestamp: 1786000000000,
      source: 'websocket',
      group: 'resource',
      operation: 'keepalive',
      resource: 'node',
      content: 'ping',
    });
    expect(text).toBe(
      '{"header":{"msg_id":"8f0c1d52-6f0e-4c0e-9a54-7f1a0e3c2b11","timestamp":1786000000000},' +
        '"route":{"source":"websocket","group":"resource","operation":"keepalive","resource":"node"},"content":"ping"}',
    );
    expect(Buffer.byteLength(`${text}\n`)).toBe(196);
  });

  it('takes null for the empty value everywhere', () => {
    const empty = { id: '', timestamp: 0, content: null };
    for (const text of ['null', '{}', '{"header":null,"route":null,"content":null}', '{"header":{"msg_id":null}}']) {
      expect(decodeMessage(text)).toEqual(empty);
    }
  });

  it('reads the first value of a frame and ignores the rest', () => {
    expect(decodeMessage('{"header":{"msg_id":"a}\\""}} {"header":').id).toBe('a}"');
  });

  it.each([
    ['[]', 'invalid'],
    ['{"header":{"msg_id":7}}', 'invalid'],
    ['{"route":"x"}', 'invalid'],
    ['{"header":{"timestamp":1.5}}', 'invalid'],
    ['{"header"', 'invalid'],
    ['"'.padEnd(maxMessageBytes + 1, 'x'), 'too-large'],
  ])('refuses %.30s', (text, code) => {
    expect(() => decodeMessage(text)).toThrow(expect.objectContaining({ code }));
  });

  it('gives a reply a new id, the parent and the same resource', () => {
    const request = createMessage({ operation: 'query', resource: 'default/secret/s', content: null });
    const reply = replyTo(request, { content: 'OK' });
    expect(reply).toMatchObject({ parentId: request.id, operation: 'response', resource: 'default/secret/s' });
    expect(reply.id).not.toBe(request.id);
  });
});
