import { type ObjectType, typeNamed, type ValueType } from '../../schema/index.js';

type Json = Record<string, unknown>;

/** A Kubernetes protobuf body the way Go writes it: every field that is no pointer, zero or not. For tests. */
export function encodeBody(object: Json, apiVersion: string, kind: string, type: ObjectType): Buffer {
  const typeMeta = Buffer.concat([bytesField(1, Buffer.from(apiVersion)), bytesField(2, Buffer.from(kind))]);
  const raw = encodeObject(object, type);
  const envelope = [
    bytesField(1, typeMeta),
    bytesField(2, raw),
    bytesField(3, Buffer.alloc(0)),
    bytesField(4, Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from('k8s\0', 'latin1'), ...envelope]);
}

function encodeObject(object: Json, type: ObjectType): Buffer {
  const parts: Buffer[] = [];
  for (const field of type.fields) {
    if (field.inline && field.type.kind === 'object') {
      parts.push(bytesField(field.number, encodeObject(object, typeNamed(field.type.name))));
      continue;
    }
    const value = object[field.name];
    if (field.type.kind === 'list') {
      for (const item of (value as unknown[] | undefined) ?? [])
        parts.push(encodeValue(field.number, item, field.type.items));
    } else if (field.type.kind === 'map') {
      for (const [key, item] of Object.entries((value as Json | undefined) ?? {})) {
        const entry = [bytesField(1, Buffer.from(key)), encodeValue(2, item, field.type.items)];
        parts.push(bytesField(field.number, Buffer.concat(entry)));
      }
    } else if (value !== undefined) parts.push(encodeValue(field.number, value, field.type));
    else if (!field.pointer) parts.push(encodeZero(field.number, field.type));
  }
  return Buffer.concat(parts);
}

function encodeZero(number: number, type: ValueType): Buffer {
  if (type.kind === 'object') return bytesField(number, encodeObject({}, typeNamed(type.name)));
  if (type.kind !== 'value') return Buffer.alloc(0);
  switch (type.of) {
    case 'bool':
    case 'int32':
    case 'int64':
      return numberField(number, 0n);
    case 'intOrString':
      return encodeValue(number, 0, type);
    case 'bytes':
      return Buffer.alloc(0);
    default:
      return bytesField(number, Buffer.alloc(0));
  }
}

function encodeValue(number: number, value: unknown, type: ValueType): Buffer {
  if (type.kind === 'object') return bytesField(number, encodeObject(value as Json, typeNamed(type.name)));
  if (type.kind === 'list') {
    const items = (value as unknown[]).map((item) => encodeValue(1, item, type.items));
    return bytesField(number, Buffer.concat(items));
  }
  if (type.kind === 'map') throw new Error('no type nests a map in a list');
  switch (type.of) {
    case 'string':
      return bytesField(number, Buffer.from(value as string));
    case 'bytes':
      return bytesField(number, Buffer.from(value as string, 'base64'));
    case 'bool':
      return numberField(number, value ? 1n : 0n);
    case 'int32':
    case 'int64':
      return numberField(number, BigInt(value as number));
    case 'time':
    case 'microTime': {
      const text = value as string;
      const nanos = BigInt(/\.(\d{6})Z$/.exec(text)?.[1] ?? '0') * 1000n;
      const seconds = BigInt(Math.floor(Date.parse(text) / 1000));
      return bytesField(number, Buffer.concat([numberField(1, seconds), numberField(2, nanos)]));
    }
    case 'quantity':
      return bytesField(number, bytesField(1, Buffer.from(value as string)));
    case 'intOrString': {
      const text = typeof value === 'string';
      const [int, string] = text ? [0n, value] : [BigInt(value as number), ''];
      const parts = [numberField(1, text ? 1n : 0n), numberField(2, int), bytesField(3, Buffer.from(string))];
      return bytesField(number, Buffer.concat(parts));
    }
    case 'embedded':
    case 'fields':
    case 'json':
      return bytesField(number, bytesField(1, Buffer.from(JSON.stringify(value))));
    default:
      throw new Error(`the test encoder does not write ${type.of}`);
  }
}

function numberField(number: number, value: bigint): Buffer {
  return Buffer.concat([varint(BigInt(number) << 3n), varint(BigInt.asUintN(64, value))]);
}

function bytesField(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((BigInt(number) << 3n) | 2n), varint(BigInt(bytes.length)), bytes]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 0x80n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}
