import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasCode } from '../lib/index.js';
import { parseFieldSelector } from './field-selector.js';
import { labelSelectorMatcher, parseLabelSelector } from './label-selector.js';

describe('a label selector', () => {
  const labels = { app: 'web', tier: 'front', n: '5', 'example.com/x': '' };
  it.each([
    ['', true],
    ['app=web', true],
    ['app==web', true],
    ['app = web , tier = front', true],
    ['app=db', false],
    ['app!=db', true],
    ['missing!=x', true],
    ['app in (web,db)', true],
    ['app in (db)', false],
    ['app notin (db)', true],
    ['missing notin (a)', true],
    ['missing in (a)', false],
    ['app', true],
    ['!app', false],
    ['!missing', true],
    ['example.com/x', true],
    ['example.com/x=', true],
    ['missing=', false],
    ['app in (web),tier!=back,!gone', true],
    ['n>4', true],
    ['n<5', false],
    ['in', false],
    ['constructor', false],
  ])('%j matches: %s', (text, result) => {
    expect(parseLabelSelector(text)(labels)).toBe(result);
  });

  it.each([
    '=a',
    'a=b,',
    ',a',
    'a in',
    'a in b',
    'a in (b',
    'a b',
    'a=b c',
    'a!',
    'a>x',
    '-a',
    'a=-',
    'A/b',
    'a/b/c',
    'a in (b))',
    '!!a',
  ])('refuses %j', (text) => {
    expect(() => parseLabelSelector(text)).toThrow(/^label selector: /);
  });

  it('throws only invalid, on any text', () => {
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom('a', '=', '!', '(', ')', ',', ' ', 'in', 'notin', '>', 'b/c')).map((p) => p.join('')),
    );
    fc.assert(
      fc.property(text, (input) => {
        try {
          parseLabelSelector(input)({});
        } catch (error) {
          expect(hasCode(error, 'invalid')).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('as an object matches like its text', () => {
    const matches = labelSelectorMatcher({
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['back'] }],
    });
    expect([matches(labels), matches({ app: 'web', tier: 'back' }), matches(undefined)]).toEqual([true, false, false]);
    expect(labelSelectorMatcher(undefined)({})).toBe(false);
    expect(labelSelectorMatcher({})({})).toBe(true);
  });
});

describe('a field selector', () => {
  const get = (path: string) => ({ 'metadata.name': 'a', 'status.phase': 'Running', odd: 'a,b=c\\d' })[path];
  it.each([
    ['', true],
    ['metadata.name=a', true],
    ['metadata.name==a', true],
    ['metadata.name!=a', false],
    ['metadata.name=a,status.phase!=Failed', true],
    ['spec.nodeName=', true],
    ['spec.nodeName!=', false],
    ['odd=a\\,b\\=c\\\\d', true],
  ])('%j matches: %s', (text, result) => {
    expect(parseFieldSelector(text).matches(get)).toBe(result);
  });

  it('gives its terms', () => {
    expect(parseFieldSelector('a==b,c!=d').terms).toEqual([
      { path: 'a', op: '=', value: 'b' },
      { path: 'c', op: '!=', value: 'd' },
    ]);
  });

  it.each(['a', '=b', 'a=b=c', 'a=\\x', 'a=\\'])('refuses %j', (text) => {
    expect(() => parseFieldSelector(text)).toThrow(/^field selector: /);
  });

  it('reads back any protected value', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const [term] = parseFieldSelector(`x=${value.replaceAll(/[\\,=]/g, '\\$&')}`).terms;
        expect(term?.value).toBe(value);
      }),
    );
  });
});
