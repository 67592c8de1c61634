import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../kube/index.js';
import { createKindRegistry } from '../kinds/index.js';
import { createDiscovery } from './index.js';

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const kubectl = `${aggregated},application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json`;

const widgets = {
  metadata: { name: 'widgets.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget', shortNames: ['wg'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { size: { type: 'integer', nullable: true } } } },
          },
        },
      },
    ],
  },
} as KubeObject;

function open() {
  const registry = createKindRegistry();
  const discovery = createDiscovery(registry);
  const json = (path: string, accept?: string) => {
    const found = discovery.answer(path, accept);
    if (!found) throw new Error(`no document at ${path}`);
    // biome-ignore lint/suspicious/noExplicitAny: a document read as a client would.
    return JSON.parse(found.body.toString('utf8')) as any;
  };
  return { registry, discovery, json };
}

describe('discovery', () => {
  it('answers kubectl with the aggregated form and repeats what it is', () => {
    const { discovery, json } = open();
    expect(discovery.answer('/apis', kubectl)?.contentType).toBe(aggregated);
    const core = json('/api', kubectl).items[0];
    expect(core.metadata.name).toBe('');
    const pods = core.versions[0].resources.find((item: { resource: string }) => item.resource === 'pods');
    expect(pods).toMatchObject({ scope: 'Namespaced', shortNames: ['po'], categories: ['all'] });
    expect(pods.subresources).toContainEqual({
      subresource: 'eviction',
      responseKind: { group: 'policy', version: 'v1', kind: 'Eviction' },
      verbs: ['create'],
    });
  });

  it('answers others with the plain form, subresources as resources of their own', () => {
    const { json, discovery } = open();
    expect(json('/api').versions).toEqual(['v1']);
    expect(json('/apis').groups.map((group: { name: string }) => group.name)).toContain('coordination.k8s.io');
    const list = json('/api/v1').resources as { name: string; group?: string; kind: string }[];
    expect(list.find(({ name }) => name === 'pods/log')).toMatchObject({ kind: 'Pod', verbs: ['get'] });
    expect(list.find(({ name }) => name === 'serviceaccounts/token')).toMatchObject({ group: 'authentication.k8s.io' });
    expect(discovery.answer('/apis/no.such.group/v1', undefined)).toBeUndefined();
    expect(discovery.answer('/apis/apps/v1', undefined)).toBeUndefined();
    expect(discovery.answer('/metrics', undefined)).toBeUndefined();
  });

  it('follows definitions, and its tags change with the body', () => {
    const { registry, discovery, json } = open();
    const before = discovery.answer('/apis', undefined)?.etag;
    expect(discovery.answer('/apis', undefined)?.etag).toBe(before);
    registry.define(widgets);
    expect(discovery.answer('/apis', undefined)?.etag).not.toBe(before);
    expect(json('/apis/example.org/v1').resources.map((item: { name: string }) => item.name)).toEqual([
      'widgets',
      'widgets/status',
    ]);
    registry.undefine('widgets.example.org');
    expect(discovery.answer('/apis', undefined)?.etag).toBe(before);
  });
});

describe('OpenAPI', () => {
  it('has every reference it makes, in both versions', () => {
    const { registry, json, discovery } = open();
    registry.define(widgets);
    const swagger = json('/openapi/v2');
    const dangling = (document: object, known: object, prefix: string) =>
      [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)]
        .map((match) => match[1]!.slice(prefix.length))
        .filter((name) => !Object.hasOwn(known, name));
    expect(dangling(swagger, swagger.definitions, '#/definitions/')).toEqual([]);
    const index = json('/openapi/v3').paths as Record<string, { serverRelativeURL: string }>;
    expect(Object.keys(index)).toEqual(expect.arrayContaining(['api/v1', 'apis/example.org/v1']));
    for (const { serverRelativeURL } of Object.values(index)) {
      const path = serverRelativeURL.split('?')[0]!;
      const document = json(path);
      expect(dangling(document, document.components.schemas, '#/components/schemas/')).toEqual([]);
      expect(discovery.answer(path, undefined)?.etag.slice(1, -1)).toBe(serverRelativeURL.split('hash=')[1]);
    }
  });

  it('tells apply what it needs: merge keys, fieldValidation, dryRun, the kind', () => {
    const { json } = open();
    const document = json('/openapi/v3/api/v1');
    const { schemas } = document.components;
    expect(schemas['io.k8s.api.core.v1.PodSpec'].properties.containers).toMatchObject({
      'x-kubernetes-patch-merge-key': 'name',
      'x-kubernetes-patch-strategy': 'merge',
      description: expect.any(String),
    });
    const { patch } = document.paths['/api/v1/namespaces/{namespace}/pods/{name}'];
    expect(patch.parameters.map((parameter: { name: string }) => parameter.name)).toEqual(
      expect.arrayContaining(['dryRun', 'fieldValidation']),
    );
    expect(patch['x-kubernetes-group-version-kind']).toEqual({ group: '', version: 'v1', kind: 'Pod' });
    expect(schemas['io.k8s.api.core.v1.ObjectReference'].required).toBeUndefined();
    expect(schemas['io.k8s.api.core.v1.Container'].required).toEqual(['name']);
  });

  it('gives old clients the v2 document in protobuf', () => {
    const { discovery, json } = open();
    const old = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
    const answer = discovery.answer('/openapi/v2', old)!;
    expect(answer.contentType).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
    // swagger: "2.0" is field 1 of the document.
    expect(answer.body.subarray(0, 5).toString('latin1')).toBe('\x0a\x032.0');
    for (const name of Object.keys(json('/openapi/v2').definitions)) expect(answer.body.includes(name)).toBe(true);
  });
});
