import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../kube/index.js';
import { arbitraryObject } from '../codec/testing/arbitrary-object.js';
import { typeOfKind } from '../schema/index.js';
import { createKindRegistry, createObjectRules } from './index.js';

const registry = createKindRegistry();
const rules = createObjectRules(registry);
const versionOf = ({ group, version }: { group: string; version: string }) =>
  group === '' ? version : `${group}/${version}`;

describe('completing an object', () => {
  it.each(registry.all().map((kind) => [`${versionOf(kind.type)} ${kind.type.kind}`, kind] as const))(
    'of %s twice is the same as once, touches nothing, knows every field',
    (_, kind) => {
      const type = typeOfKind(versionOf(kind.type), kind.type.kind);
      if (!type) throw new Error('no type');
      fc.assert(
        fc.property(arbitraryObject(type, 5), (object) => {
          const before = structuredClone(object);
          expect(rules.unknownFields(kind, object)).toEqual([]);
          const once = rules.complete(kind, object);
          expect(object).toEqual(before);
          expect(rules.complete(kind, once)).toEqual(once);
          expect(Array.isArray(rules.validate(kind, once))).toBe(true);
        }),
        { numRuns: 40 },
      );
    },
  );

  it('of any JSON at all neither fails nor keeps what is unknown', () => {
    const pods = registry.find('', 'v1', 'pods');
    if (!pods) throw new Error('no pods');
    const odd = fc.record({
      metadata: fc.oneof(fc.constant({}), fc.dictionary(fc.string(), fc.jsonValue())),
      spec: fc.oneof(
        fc.jsonValue(),
        fc.record({
          containers: fc.jsonValue(),
          volumes: fc.jsonValue(),
          terminationGracePeriodSeconds: fc.jsonValue(),
        }),
        fc.record({
          containers: fc.array(fc.record({ name: fc.jsonValue(), ports: fc.jsonValue(), env: fc.jsonValue() })),
        }),
      ),
    });
    fc.assert(
      fc.property(odd, (object) => {
        const done = rules.complete(pods, object as KubeObject);
        expect(rules.unknownFields(pods, done)).toEqual([]);
        expect(rules.validate(pods, done).length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});
