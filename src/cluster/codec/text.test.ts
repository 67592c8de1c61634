import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EdgeError } from '../../lib/index.js';
import { decodeBody } from './index.js';

const decode = (text: string, type?: string) => decodeBody(Buffer.from(text), type);

describe('JSON and YAML bodies', () => {
  it('name the keys that come twice, the last of which counts', () => {
    const json = '{"kind":"Pod","spec":{"containers":[{"name":"a"},{"name":"b","n\\u0061me":"c"}]},"kind":"Pod"}';
    const { object, duplicateFields } = decode(json);
    expect(duplicateFields).toEqual(['spec.containers[1].name', 'kind']);
    expect(object).toMatchObject({ spec: { containers: [{ name: 'a' }, { name: 'c' }] } });
    expect(decode('a: {b: 1, b: 2}\n', 'application/yaml').duplicateFields).toEqual(['a.b']);
  });

  it('are told apart by the content type, JSON when there is none', () => {
    expect(decode('{"kind":"A"}').object).toEqual({ kind: 'A' });
    expect(decode('kind: A\n', 'application/yaml; charset=utf-8').object).toEqual({ kind: 'A' });
    expect(() => decode('x', 'text/html')).toThrow(/accepted media types include: application\/json/);
  });

  it.each([
    ['[]', 'application/json'],
    ['"secret"', 'application/json'],
    ['{"a":', 'application/json'],
    ['{"__proto__":{"a":1}}', 'application/json'],
    ['{"\\u005f_proto__":{"a":1}}', 'application/json'],
    ['__proto__: {a: 1}', 'application/yaml'],
    ['a: .inf', 'application/yaml'],
    ['a: 1\n---\nb: 2', 'application/yaml'],
    ['a: [1', 'application/yaml'],
    [`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`, 'application/json'],
    [`a: ${'['.repeat(5000)}${']'.repeat(5000)}`, 'application/yaml'],
    [
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'.replace(/./g, (key) => {
        const before = String.fromCharCode(key.charCodeAt(0) - 1);
        return `${key}: &${key} [${Array(9).fill(`*${before}`).join(',')}]\n`;
      })}`,
      'application/yaml',
    ],
  ])('refuse %.40s as %s', (text, type) => {
    expect(() => decode(text, type)).toThrow(EdgeError);
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });

  it('never quote what they refuse', () => {
    expect(() => decode('{"password": hunter2}')).toThrow(/^(?!.*hunter2)/);
  });

  it('read what JSON wrote, whatever it is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }), { noNullPrototype: true }), (object) => {
        fc.pre(!JSON.stringify(object).includes('__proto__'));
        const { object: read, duplicateFields } = decode(JSON.stringify(object));
        expect(read).toEqual(JSON.parse(JSON.stringify(object)));
        expect(duplicateFields).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
