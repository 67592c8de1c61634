import type { KubeObject } from '../../kube/index.js';
import { EdgeError } from '../../lib/index.js';
import { type ObjectType, typeOfKind } from '../schema/index.js';
import { decodeObject } from './protobuf-object.js';
import { broken, readFields, type WireField } from './wire-reader.js';

const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/**
 * The object in a Kubernetes protobuf body: four magic bytes, then a `runtime.Unknown` envelope that names the
 * kind and holds the object's message (facts kubernetes-api §1). Throws `invalid` for anything that is not that,
 * `unsupported` for kinds without built-in types and for encoded payloads.
 */
export function parseProtobuf(body: Buffer): KubeObject {
  if (!body.subarray(0, magic.length).equals(magic)) throw broken('it does not start with k8s and a zero byte');
  const envelope = fieldsOf(body.subarray(magic.length));
  const typeMeta = fieldsOf(envelope.get(1)?.bytes ?? Buffer.alloc(0));
  const apiVersion = text(typeMeta.get(1));
  const kind = text(typeMeta.get(2));
  const encoding = text(envelope.get(3));
  const contentType = text(envelope.get(4));
  if (encoding !== '' || (contentType !== '' && !contentType.startsWith('application/vnd.kubernetes.protobuf'))) {
    throw new EdgeError(
      'unsupported',
      `the protobuf envelope holds ${JSON.stringify(encoding || contentType)}; send the object unencoded`,
    );
  }
  const object = decodeObject(envelope.get(2)?.bytes ?? Buffer.alloc(0), builtInType(apiVersion, kind));
  return { ...(apiVersion !== '' && { apiVersion }), ...(kind !== '' && { kind }), ...object };
}

function builtInType(apiVersion: string, kind: string): ObjectType {
  const type = typeOfKind(apiVersion, kind);
  if (!type) {
    throw new EdgeError(
      'unsupported',
      `protobuf bodies of kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)} are not supported; send JSON`,
    );
  }
  return type;
}

function fieldsOf(message: Buffer): Map<number, WireField> {
  return new Map([...readFields(message)].map((field) => [field.number, field]));
}

const text = (field: WireField | undefined) => field?.bytes.toString('utf8') ?? '';
