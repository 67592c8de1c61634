import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coreListMerge, createMergePatch, createStrategicPatch, mergePatch, strategicMergePatch } from './index.js';

const key = fc.oneof(
  fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'),
  fc.string({ maxLength: 3 }).filter((k) => !k.startsWith('$')),
);
const scalar = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.boolean(), fc.constantFrom('', 'x', 'y'));
const fromEntries = (entries: [string, unknown][]) =>
  JSON.parse(`{${entries.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join(',')}}`) as object;
const document = fc.letrec<{ object: object; value: unknown }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalar, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
  object: fc.uniqueArray(fc.tuple(key, tie('value')), { selector: ([k]) => k, maxLength: 4 }).map(fromEntries),
})).object;

const named = (inner: fc.Arbitrary<object>) =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), inner), { selector: ([name]) => name })
    .map((list) => list.map(([name, rest]) => ({ name, ...rest })));
const env = named(fc.record({ value: fc.constantFrom('1', '2') }, { requiredKeys: [] }));
const ports = fc.array(
  fc.record({ containerPort: fc.integer({ min: 1, max: 3 }), protocol: fc.constantFrom('TCP', 'UDP') }),
  { maxLength: 3 },
);
const containers = named(
  fc.record(
    { image: fc.constantFrom('x', 'y'), env, ports, command: fc.array(fc.constantFrom('sh', '-c'), { maxLength: 3 }) },
    { requiredKeys: [] },
  ),
);
const pod = fc.record(
  {
    metadata: fc.record(
      {
        labels: fc.dictionary(fc.constantFrom('l', 'm'), fc.constantFrom('1', '2')),
        finalizers: fc.uniqueArray(fc.constantFrom('f/a', 'f/b', 'f/c')),
      },
      { requiredKeys: [] },
    ),
    spec: fc.record(
      {
        containers,
        volumes: named(
          fc.record({ emptyDir: fc.constant({}), hostPath: fc.constant({ path: '/x' }) }, { requiredKeys: [] }),
        ),
        tolerations: fc.array(fc.record({ key: fc.constantFrom('t', 'u') }), { maxLength: 2 }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

describe('merge patches', () => {
  it('make the wanted document, whatever the two are', () => {
    fc.assert(
      fc.property(document, document, (from, to) => {
        expect(isDeepStrictEqual(mergePatch(from, createMergePatch(from, to)), to)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('are empty when nothing differs', () => {
    fc.assert(
      fc.property(document, (doc) => {
        expect(createMergePatch(doc, structuredClone(doc))).toStrictEqual({});
      }),
    );
  });

  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [['a'], { a: 'b' }, { a: 'b' }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    [{ a: 'foo' }, null, null],
  ])('apply as RFC 7386 appendix A says: %j + %j', (doc, patch, result) => {
    expect(mergePatch(doc, patch)).toEqual(result);
  });
});

describe('strategic merge patches', () => {
  const listMerge = coreListMerge('Pod');
  const apply = (doc: object, patch: object) => strategicMergePatch(doc, patch, listMerge);

  it('make the wanted pod, order included, whatever the two are', () => {
    fc.assert(
      fc.property(pod, pod, (from, to) => {
        expect(apply(from, createStrategicPatch(from, to, listMerge))).toEqual(to);
      }),
      { numRuns: 1000 },
    );
  });

  it('make the wanted document without knowledge of lists', () => {
    fc.assert(
      fc.property(document, document, (from, to) => {
        const patch = createStrategicPatch(from, to);
        expect(
          isDeepStrictEqual(
            strategicMergePatch(from, patch, () => undefined),
            to,
          ),
        ).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('leave both arguments alone', () => {
    fc.assert(
      fc.property(pod, pod, (from, to) => {
        const before = structuredClone(from);
        const patch = createStrategicPatch(from, to, listMerge);
        const patchBefore = structuredClone(patch);
        apply(from, patch);
        expect([from, patch]).toEqual([before, patchBefore]);
      }),
    );
  });

  const spec = (containers: unknown[]) => ({ spec: { containers } });

  it('merge containers by name and put new ones first', () => {
    const result = apply(
      spec([{ name: 'a', image: '1', args: ['x'] }]),
      spec([
        { name: 'b', image: '2' },
        { name: 'a', image: '3' },
      ]),
    );
    expect(result).toEqual(
      spec([
        { name: 'b', image: '2' },
        { name: 'a', image: '3', args: ['x'] },
      ]),
    );
    expect(apply(spec([{ name: 'a' }]), spec([{ name: 'b' }]))).toEqual(spec([{ name: 'b' }, { name: 'a' }]));
  });

  it('honour the delete and replace directives', () => {
    expect(apply(spec([{ name: 'a' }, { name: 'b' }]), spec([{ $patch: 'delete', name: 'a' }]))).toEqual(
      spec([{ name: 'b' }]),
    );
    expect(apply(spec([{ name: 'a' }]), spec([{ $patch: 'replace' }, { name: 'z' }]))).toEqual(spec([{ name: 'z' }]));
    expect(
      apply({ metadata: { labels: { a: '1' } } }, { metadata: { labels: { $patch: 'replace', b: '2' } } }),
    ).toEqual({
      metadata: { labels: { b: '2' } },
    });
    expect(apply({ metadata: { labels: { a: '1' } } }, { metadata: { labels: { $patch: 'delete' } } })).toEqual({
      metadata: { labels: {} },
    });
  });

  it('honour $setElementOrder, alone and with new elements', () => {
    const order = { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] } };
    expect(apply(spec([{ name: 'a' }, { name: 'b' }]), order)).toEqual(spec([{ name: 'b' }, { name: 'a' }]));
    const added = {
      spec: { '$setElementOrder/containers': [{ name: 'a' }, { name: 'c' }], containers: [{ name: 'c' }] },
    };
    // b is not known to the patch's author; it keeps its place before a.
    expect(apply(spec([{ name: 'b' }, { name: 'a' }]), added)).toEqual(
      spec([{ name: 'b' }, { name: 'a' }, { name: 'c' }]),
    );
  });

  it('merge finalizers as a set and delete from it', () => {
    const doc = { metadata: { finalizers: ['x', 'y'] } };
    expect(apply(doc, { metadata: { finalizers: ['y', 'z'] } })).toEqual({ metadata: { finalizers: ['x', 'y', 'z'] } });
    expect(apply(doc, { metadata: { '$deleteFromPrimitiveList/finalizers': ['x'] } })).toEqual({
      metadata: { finalizers: ['y'] },
    });
  });

  it('keep only the named members with $retainKeys', () => {
    const doc = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } };
    const patch = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } };
    expect(strategicMergePatch(doc, patch, coreListMerge('Deployment'))).toEqual({
      spec: { strategy: { type: 'Recreate' } },
    });
    expect(() => apply(doc, { spec: { strategy: { $retainKeys: [], type: 'Recreate' } } })).toThrow(
      '$retainKeys must name type',
    );
  });

  it('replace atomic lists and drop nulls of what is new', () => {
    const doc = { spec: { tolerations: [{ key: 'a' }] } };
    expect(apply(doc, { spec: { tolerations: [{ key: 'b' }] } })).toEqual({ spec: { tolerations: [{ key: 'b' }] } });
    expect(apply({}, { spec: { affinity: { nodeAffinity: null } } })).toEqual({ spec: { affinity: {} } });
  });

  it('refuse elements without their merge key and unknown directives', () => {
    expect(() => apply(spec([]), spec([{ image: 'x' }]))).toThrow(
      'spec.containers: every element needs the merge key name',
    );
    expect(() => apply({}, { $patch: 'drop' })).toThrow('$patch must be');
    expect(() => apply({}, [])).toThrow('is an object');
  });
});
