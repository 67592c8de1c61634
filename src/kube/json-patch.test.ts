import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasCode } from '../lib/index.js';
import { jsonPatch } from './json-patch.js';

describe('a JSON patch', () => {
  it.each([
    [{ foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { foo: 'bar', baz: 'qux' }],
    [{ foo: ['bar', 'baz'] }, [{ op: 'add', path: '/foo/1', value: 'qux' }], { foo: ['bar', 'qux', 'baz'] }],
    [{ foo: ['bar'] }, [{ op: 'add', path: '/foo/-', value: ['abc'] }], { foo: ['bar', ['abc']] }],
    [{ baz: 1, foo: 2 }, [{ op: 'remove', path: '/baz' }], { foo: 2 }],
    [{ foo: ['a', 'b', 'c'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['a', 'c'] }],
    [{ baz: 1 }, [{ op: 'replace', path: '/baz', value: null }], { baz: null }],
    [{ foo: { bar: 1 }, qux: {} }, [{ op: 'move', from: '/foo/bar', path: '/qux/x' }], { foo: {}, qux: { x: 1 } }],
    [{ foo: [1, 2, 3] }, [{ op: 'move', from: '/foo/0', path: '/foo/2' }], { foo: [2, 3, 1] }],
    [{ a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
    [
      { '/': 9, '~1': 10 },
      [
        { op: 'test', path: '/~01', value: 10 },
        { op: 'test', path: '/~1', value: 9 },
      ],
      { '/': 9, '~1': 10 },
    ],
    [{ a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }], { b: 2 }],
    [{ '': 1 }, [{ op: 'replace', path: '/', value: 2 }], { '': 2 }],
    [{ a: { x: 1, y: 2 } }, [{ op: 'test', path: '/a', value: { y: 2, x: 1 } }], { a: { x: 1, y: 2 } }],
  ])('does what RFC 6902 says: %j', (doc, operations, result) => {
    const before = structuredClone(doc);
    expect(jsonPatch(doc, operations)).toStrictEqual(result);
    expect(doc).toStrictEqual(before);
  });

  it.each([
    [{ a: 1 }, [{ op: 'test', path: '/a', value: '1' }], 'operation 0 (test /a): the value differs'],
    [{}, [{ op: 'add', path: '/a/b', value: 1 }], 'nothing is at "a"'],
    [{}, [{ op: 'remove', path: '/a' }], 'nothing is at "a"'],
    [{}, [{ op: 'replace', path: '/toString', value: 1 }], 'nothing is at "toString"'],
    [{ a: [] }, [{ op: 'add', path: '/a/1', value: 1 }], 'not an index'],
    [{ a: [1] }, [{ op: 'add', path: '/a/01', value: 1 }], 'not an index'],
    [{ a: { b: 1 } }, [{ op: 'move', from: '/a', path: '/a/b' }], 'cannot move into itself'],
    [{}, [{ op: 'add', path: 'a', value: 1 }], 'not a JSON pointer'],
    [{}, [{ op: 'add', path: '/a' }], 'value is missing'],
    [{}, [{ op: 'merge', path: '/a', value: 1 }], 'op must be'],
    [{}, [{ path: '/a' }], 'needs the strings op and path'],
    [{}, { op: 'add' }, 'array of operations'],
  ])('refuses %j with %j', (doc, operations, message) => {
    expect(() => jsonPatch(doc, operations)).toThrow(message);
  });

  it('is bounded in operations and in what it copies', () => {
    const many = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '', value: {} }));
    expect(() => jsonPatch({}, many)).toThrow('may have 10000 operations');
    const doubling = Array.from({ length: 40 }, (_, i) => ({ op: 'copy', from: '', path: `/k${i}` }));
    expect(() => jsonPatch({ seed: 'x'.repeat(100) }, doubling)).toThrow('copies more than');
  });

  it('never fails with anything but invalid or too-large, and never reaches a prototype', () => {
    const path = fc
      .array(fc.constantFrom('a', '__proto__', 'constructor', '0', '-', 'length'), { maxLength: 3 })
      .map((p) => p.map((x) => `/${x}`).join(''));
    const operation = fc.record(
      {
        op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
        path,
        from: path,
        value: fc.jsonValue(),
      },
      { requiredKeys: ['op'] },
    );
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(operation, { maxLength: 5 }), (doc, operations) => {
        try {
          jsonPatch(doc, operations);
        } catch (error) {
          expect(hasCode(error, 'invalid', 'too-large')).toBe(true);
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
