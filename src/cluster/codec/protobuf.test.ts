import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EdgeError } from '../../lib/index.js';
import { typeOfKind } from '../schema/index.js';
import fixtures from './fixtures/kubectl-1.33.json' with { type: 'json' };
import { decodeBody } from './index.js';
import { arbitraryObject } from './testing/arbitrary-object.js';
import { encodeBody } from './testing/encode-object.js';

const protobuf = 'application/vnd.kubernetes.protobuf';
const sent = (name: keyof typeof fixtures) => Buffer.from(fixtures[name], 'base64');
const decode = (body: Buffer) => decodeBody(body, protobuf).object;
const magic = Buffer.from('k8s\0', 'latin1');

/** What kubectl 1.33 sent to a server that recorded it. */
describe('bodies of kubectl', () => {
  it.each([
    ['create namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fixture' } }],
    [
      'create secret generic',
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'fixture', namespace: 'default' }, data: { a: 'Yg==' } },
    ],
    [
      'create configmap',
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'fixture', namespace: 'default' },
        data: { a: 'b', empty: '' },
      },
    ],
    [
      'create serviceaccount',
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'fixture', namespace: 'default' } },
    ],
    [
      'create token',
      { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } },
    ],
    [
      'create priorityclass',
      {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name: 'fixture' },
        value: 10,
        description: 'd',
        preemptionPolicy: 'PreemptLowerPriority',
      },
    ],
  ] as const)('%s', (name, expected) => {
    expect(decode(sent(name))).toEqual(expected);
  });

  it('create services, with the target port a number and the node port kept', () => {
    expect(decode(sent('create service nodeport'))).toMatchObject({
      spec: {
        ports: [{ name: '80-8080', protocol: 'TCP', port: 80, targetPort: 8080, nodePort: 30080 }],
        type: 'NodePort',
      },
    });
    expect(decode(sent('create service headless'))).toMatchObject({ spec: { clusterIP: 'None' } });
  });

  it('of kinds that are not built in are refused by name', () => {
    expect(() => decode(sent('create quota'))).toThrow(/kind "ResourceQuota" in version "v1" are not supported/);
    expect(() => decode(sent('create deployment'))).toThrow(/"Deployment"/);
  });
});

describe('the protobuf decoder', () => {
  const kinds = [
    ['v1', 'Pod'],
    ['v1', 'Node'],
    ['v1', 'Service'],
    ['v1', 'Event'],
    ['v1', 'PersistentVolume'],
    ['coordination.k8s.io/v1', 'Lease'],
    ['discovery.k8s.io/v1', 'EndpointSlice'],
    ['node.k8s.io/v1', 'RuntimeClass'],
    ['policy/v1', 'Eviction'],
    ['meta.k8s.io/v1', 'DeleteOptions'],
  ] as const;

  it.each(kinds)('reads back every %s %s that Go could have written', (apiVersion, kind) => {
    const type = typeOfKind(apiVersion, kind)!;
    fc.assert(
      fc.property(arbitraryObject(type, 5), (object) => {
        expect(decode(encodeBody(object, apiVersion, kind, type))).toEqual({ apiVersion, kind, ...object });
      }),
      { numRuns: 60 },
    );
  });

  it('refuses garbage and damaged bodies without another kind of error', () => {
    const bodies = Object.values(fixtures).map((text) => Buffer.from(text, 'base64'));
    const damaged = fc
      .tuple(fc.constantFrom(...bodies), fc.nat(), fc.nat({ max: 255 }), fc.boolean())
      .map(([body, at, byte, cut]) => {
        const copy = Buffer.from(body);
        if (cut) return copy.subarray(0, at % copy.length);
        copy[at % copy.length] = byte;
        return copy;
      });
    const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.concat([magic, bytes]));
    fc.assert(
      fc.property(fc.oneof(damaged, noise), (body) => {
        try {
          decode(body);
        } catch (error) {
          expect(error).toBeInstanceOf(EdgeError);
          expect(['invalid', 'unsupported']).toContain((error as EdgeError).code);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('bounds how deep and how wide a body unfolds', () => {
    const field = (number: number, bytes: Buffer) => {
      const size: number[] = [];
      for (let rest = bytes.length; ; rest >>>= 7) {
        size.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
        if (rest < 0x80) break;
      }
      const tag = (number << 3) | 2;
      return Buffer.concat([
        Buffer.from(tag < 0x80 ? [tag, ...size] : [(tag & 0x7f) | 0x80, tag >> 7, ...size]),
        bytes,
      ]);
    };
    const body = (kind: string, apiVersion: string, raw: Buffer) =>
      Buffer.concat([
        magic,
        field(1, Buffer.concat([field(1, Buffer.from(apiVersion)), field(2, Buffer.from(kind))])),
        field(2, raw),
      ]);
    // A schema's `not` (28) is a schema again: the one type that can nest without end.
    let schema = Buffer.alloc(0);
    for (let level = 0; level < 5000; level += 1) schema = field(28, schema);
    const versions = field(7, field(4, field(1, schema)));
    const deep = body('CustomResourceDefinition', 'apiextensions.k8s.io/v1', field(2, versions));
    expect(() => decode(deep)).toThrow(/nests deeper/);
    // Pod.spec.containers: 300,000 empty messages of two bytes each.
    const wide = body('Pod', 'v1', field(2, Buffer.alloc(600_000, Buffer.from([0x12, 0x00]))));
    expect(() => decode(wide)).toThrow(/holds more than/);
  });
});
