import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../kube/index.js';
import { createKindRegistry, createObjectRules } from '../kinds/index.js';
import { establishDefinition, findAll, isEstablished, parseJsonPath } from './index.js';
import { compilePattern } from './pattern.js';

// biome-ignore lint/suspicious/noExplicitAny: definitions are varied freely here
type Loose = any;

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 5 },
        color: { type: 'string', enum: ['red', 'blue'], default: 'red' },
        name: { type: 'string', pattern: '^[a-z]+$', maxLength: 4 },
        port: { 'x-kubernetes-int-or-string': true },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        maybe: { type: 'string', nullable: true },
        items: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['id'],
          items: { type: 'object', properties: { id: { type: 'string' }, on: { type: 'boolean', default: true } } },
        },
      },
      oneOf: [{ required: ['name'] }, { required: ['port'] }, { required: ['free'] }],
    },
    status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
};

function definition(change: (spec: Loose) => void = () => {}): KubeObject {
  const spec: Loose = {
    group: 'example.org',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget', shortNames: ['wg'] },
    versions: [
      { name: 'v1alpha1', served: true, storage: false, schema: { openAPIV3Schema: schema } },
      { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, subresources: { status: {} } },
    ],
  };
  change(spec);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.org' },
    spec,
  } as KubeObject;
}

function open() {
  const registry = createKindRegistry();
  const rules = createObjectRules(registry);
  const definitions = registry.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')!;
  registry.define(definition());
  const widgets = registry.find('example.org', 'v1', 'widgets')!;
  const problems = (object: KubeObject, old?: KubeObject) =>
    rules
      .validate(definitions, rules.complete(definitions, object), old && rules.complete(definitions, old))
      .map(({ field, message }) => `${field}: ${message}`);
  return { registry, rules, definitions, widgets, problems };
}

const widget = (spec: object): KubeObject =>
  ({ apiVersion: 'example.org/v1', kind: 'Widget', metadata: { name: 'w', namespace: 'd' }, spec }) as KubeObject;

describe('custom objects', () => {
  it('are pruned and defaulted by the schema, metadata by its own type', () => {
    const { rules, widgets } = open();
    const spec = { size: 1, color: null, odd: 1, free: { any: [1] }, labels: { a: 'b' }, items: [{ id: 'x', odd: 1 }] };
    const object = { ...widget(spec), extra: 1 } as KubeObject;
    expect(rules.unknownFields(widgets, object).sort()).toEqual(['extra', 'spec.items[0].odd', 'spec.odd']);
    const done = rules.complete(widgets, object);
    expect(done).toEqual(
      widget({ size: 1, color: 'red', free: { any: [1] }, labels: { a: 'b' }, items: [{ id: 'x', on: true }] }),
    );
    expect(rules.complete(widgets, done)).toEqual(done);
    expect(rules.validate(widgets, done)).toEqual([]);
  });

  it.each([
    [{ name: 'a' }, 'spec.size', 'FieldValueRequired'],
    [{ size: 0, name: 'a' }, 'spec.size', 'FieldValueInvalid'],
    [{ size: 1.5, name: 'a' }, 'spec.size', 'FieldValueTypeInvalid'],
    [{ size: 1, name: 'a', color: 'green' }, 'spec.color', 'FieldValueNotSupported'],
    [{ size: 1, name: 'A' }, 'spec.name', 'FieldValueInvalid'],
    [{ size: 1, name: 'aaaaa' }, 'spec.name', 'FieldValueTooLong'],
    [{ size: 1, port: true }, 'spec.port', 'FieldValueTypeInvalid'],
    [{ size: 1 }, 'spec', 'FieldValueInvalid'],
    [{ size: 1, name: 'a', labels: { a: 1 } }, 'spec.labels.a', 'FieldValueTypeInvalid'],
    [{ size: 1, name: 'a', items: [{ id: 'x' }, { id: 'x' }] }, 'spec.items[1]', 'FieldValueDuplicate'],
    [{ size: null, name: 'a' }, 'spec.size', 'FieldValueTypeInvalid'],
  ])('with spec %j are refused at %s', (spec, field, reason) => {
    const { rules, widgets } = open();
    const errors = rules.validate(widgets, rules.complete(widgets, widget(spec)));
    expect(errors.map((error) => [error.field, error.reason])).toEqual([[field, reason]]);
  });

  it('allow null only where the schema says so', () => {
    const { rules, widgets } = open();
    expect(rules.validate(widgets, widget({ size: 1, name: 'a', maybe: null }))).toEqual([]);
  });

  it('change nothing but their version between versions', () => {
    const { rules, registry } = open();
    const alpha = registry.find('example.org', 'v1alpha1', 'widgets')!;
    expect(rules.convert(widget({ size: 1 }), alpha)).toEqual({
      ...widget({ size: 1 }),
      apiVersion: 'example.org/v1alpha1',
    });
    expect(alpha.storage).toBe(registry.find('example.org', 'v1', 'widgets')?.storage);
  });
});

describe('definitions', () => {
  it('get names and versions completed, and pass', () => {
    const { rules, definitions, problems } = open();
    expect(rules.complete(definitions, definition())).toMatchObject({
      spec: { names: { singular: 'widget', listKind: 'WidgetList' }, conversion: { strategy: 'None' } },
    });
    expect(problems(definition())).toEqual([]);
  });

  const version = (change: (version: Loose) => void) => (spec: Loose) => {
    // Not structuredClone: it would keep the one schema that both versions share.
    spec.versions = JSON.parse(JSON.stringify(spec.versions));
    change(spec.versions[0]);
  };
  it.each<[string, (spec: Loose) => void, RegExp]>([
    ['another name', (spec) => (spec.names = { ...spec.names, plural: 'things' }), /^metadata.name: Invalid value/],
    ['two storage versions', version((v) => (v.storage = true)), /exactly one version marked as storage/],
    ['no schema', version((v) => delete v.schema), /schemas are required/],
    [
      'a field without a type',
      version((v) => (v.schema.openAPIV3Schema.properties.spec.properties.size = {})),
      /size\].type: Required value/,
    ],
    ['a reference', version((v) => (v.schema.openAPIV3Schema.properties.spec.$ref = '#/x')), /\$ref is not supported/],
    [
      'a default inside oneOf',
      version((v) => (v.schema.openAPIV3Schema.properties.spec.oneOf[0].default = {})),
      /must be undefined to be structural/,
    ],
    [
      'a pattern nobody can run',
      version((v) => (v.schema.openAPIV3Schema.properties.spec.properties.name.pattern = '(')),
      /must be a regular expression/,
    ],
    [
      'a column path outside the subset',
      version((v) => (v.additionalPrinterColumns = [{ name: 'a', type: 'string', jsonPath: '.a[1:2]' }])),
      /JSON path ".a\[1:2\]" is not supported/,
    ],
    ['a conversion webhook', (spec) => (spec.conversion = { strategy: 'Webhook' }), /Unsupported value: "Webhook"/],
    ['a protected group', (spec) => (spec.group = 'x.k8s.io'), /protected groups must have approval annotation/],
  ])('with %s are refused', (_, change, expected) => {
    const { problems } = open();
    expect(problems(definition(change)).join('\n')).toMatch(expected);
  });

  it('keep their group, scope and kind', () => {
    const { problems } = open();
    expect(
      problems(
        definition((spec) => (spec.scope = 'Cluster')),
        definition(),
      ),
    ).toEqual(['spec.scope: Invalid value: "Cluster": field is immutable']);
  });

  it('are established once, unless their names are taken', () => {
    const { registry } = open();
    const first = establishDefinition(definition(), registry, new Date('2026-01-01T00:00:00Z'));
    expect(isEstablished(first)).toBe(true);
    expect(establishDefinition(first, registry, new Date('2026-02-02T00:00:00Z'))).toEqual(first);
    const rival = definition((spec) => (spec.names = { plural: 'others', kind: 'Other', shortNames: ['wg'] }));
    const refused = establishDefinition({ ...rival, metadata: { name: 'others.example.org' } }, registry, new Date());
    expect(isEstablished(refused)).toBe(false);
    expect(refused).toMatchObject({
      status: { conditions: [{ status: 'False', reason: 'NameConflict' }, { status: 'False' }] },
    });
  });

  it('tell that CEL rules are not run', () => {
    const { rules, definitions } = open();
    const rule = [{ rule: 'self > 0' }];
    const withRule = definition(
      version((v) => (v.schema.openAPIV3Schema.properties.spec['x-kubernetes-validations'] = rule)),
    );
    expect(rules.warnings(definitions, withRule)).toEqual([
      'version v1alpha1: x-kubernetes-validations at spec are stored but not evaluated',
    ]);
    expect(rules.warnings(definitions, definition())).toEqual([]);
  });
});

describe('the registry', () => {
  it('tells listeners of definitions until they leave', () => {
    const registry = createKindRegistry();
    let heard = 0;
    const subscription = registry.onChange(() => {
      heard += 1;
    });
    registry.define(definition());
    expect(registry.findKind('example.org', 'v1', 'Widget')?.shortNames).toEqual(['wg']);
    registry.undefine('widgets.example.org');
    registry.undefine('widgets.example.org');
    expect(registry.findKind('example.org', 'v1', 'Widget')).toBeUndefined();
    expect(heard).toBe(2);
    subscription[Symbol.dispose]();
    registry.define(definition());
    expect(heard).toBe(2);
  });
});

it.each([
  ['^[a-z]+$', 'abc', 'ABC'],
  ['(?i)^[a-z]+$', 'ABC', '1'],
  ['^a\\:b\\-c$', 'a:b-c', 'a:b'],
])('the pattern %s takes %s and not %s', (pattern, good, bad) => {
  expect(compilePattern(pattern)?.test(good)).toBe(true);
  expect(compilePattern(pattern)?.test(bad)).toBe(false);
});

describe('JSON paths', () => {
  const value = {
    a: { 'b.c': [1, 2, { d: 'x' }] },
    list: [
      { n: 'p', v: 1 },
      { n: 'q', v: 2 },
    ],
  };
  it.each([
    ['.a', [value.a]],
    ['{.list[0].v}', [1]],
    ['.list[-1].n', ['q']],
    ['.list[*].v', [1, 2]],
    ['.list[?(@.n=="q")].v', [2]],
    ['.list[?(@.v==1)].n', ['p']],
    [".a['b.c'][2].d", ['x']],
    ['.a.b\\.c[0]', [1]],
    ['.no.thing', []],
  ])('%s', (path, expected) => {
    expect(findAll(value, parseJsonPath(path))).toEqual(expected);
  });

  it.each(['.a[1:2]', '..a', '.a[(@.length-1)]', '.a[?(@.b>1)]', '{range .a}{.b}{end}', `.${'a'.repeat(600)}`])(
    'refuses %.30s by name',
    (path) => {
      expect(() => parseJsonPath(path)).toThrow(/is not supported/);
    },
  );
});
