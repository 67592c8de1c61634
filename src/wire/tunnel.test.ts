import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EdgeError } from '../lib/index.js';
import { decodeConnector, encodeConnector } from './tunnel-connector.js';
import { decodeFrame, encodeFrame, frameTypes } from './tunnel-frame.js';

describe('the tunnel frame', () => {
  it('has the bytes of facts stream-tunnel §4', () => {
    const data = encodeFrame({ connectId: 200, type: frameTypes.data, payload: Buffer.from('hi') });
    expect(data.toString('hex')).toBe('c801036869');
    const remove = encodeFrame({ connectId: 1, type: frameTypes.removeConnect, payload: Buffer.alloc(0) });
    expect(remove.toString('hex')).toBe('0104');
  });

  it('reads back whatever it wrote', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(300), fc.uint8Array(), (connectId, type, bytes) => {
        const frame = { connectId, type, payload: Buffer.from(bytes) };
        expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
      }),
    );
  });

  it('answers any bytes with a frame or an EdgeError', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        try {
          expect(Number.isSafeInteger(decodeFrame(Buffer.from(bytes)).connectId)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(EdgeError);
        }
      }),
    );
  });

  it('refuses a payload above 1 MiB', () => {
    const frame = Buffer.concat([Buffer.from([1, 3]), Buffer.alloc((1 << 20) + 1)]);
    expect(() => decodeFrame(frame)).toThrow(expect.objectContaining({ code: 'too-large' }));
  });
});

describe('the tunnel connector', () => {
  const url = new URL('http://127.0.0.1:10350/containerLogs/ns/pod/ctr?follow=true&tailLines=20');

  it('has the keys of a Go URL', () => {
    const payload = encodeConnector({ connectId: 7, url, headers: { 'User-Agent': ['kubectl'] } });
    expect(JSON.parse(payload.toString())).toMatchObject({
      MessID: 7,
      url: {
        Scheme: 'http',
        Host: '127.0.0.1:10350',
        Path: '/containerLogs/ns/pod/ctr',
        RawQuery: 'follow=true&tailLines=20',
      },
      header: { 'User-Agent': ['kubectl'] },
    });
  });

  it('reads back what it wrote, escaped paths included', () => {
    const escaped = new URL('http://127.0.0.1:10350/exec/a%2Fb/pod/c?command=ls&command=%2F');
    const connector = { connectId: 9, url: escaped, headers: { Upgrade: ['SPDY/3.1'] }, method: 'POST' };
    const read = decodeConnector(encodeConnector(connector));
    expect(read.url.href).toBe(escaped.href);
    expect(read).toMatchObject({ connectId: 9, method: 'POST', headers: { Upgrade: ['SPDY/3.1'] } });
  });

  it('takes defaults for missing keys and nulls, and refuses what is no object', () => {
    expect(decodeConnector(Buffer.from('{"MessID":1,"url":null,"header":null}')).url.href).toBe(
      'http://127.0.0.1:10350/',
    );
    expect(() => decodeConnector(Buffer.from('[]'))).toThrow(expect.objectContaining({ code: 'invalid' }));
    expect(() => decodeConnector(Buffer.from('{"url":{"Host":"a b"}}'))).toThrow(
      expect.objectContaining({ code: 'invalid' }),
    );
  });
});
