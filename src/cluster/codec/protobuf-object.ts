import { type ObjectType, typeNamed, type ValueType } from '../schema/index.js';
import { checkKey, maxDepth, maxElements, tooDeep } from './limits.js';
import { decodeSpecial, decodeUnionSchema } from './protobuf-values.js';
import { broken, readFields, readPacked, type WireField } from './wire-reader.js';

/** Shared by one body, so that many small messages count together. */
interface Budget {
  left: number;
}

type Json = Record<string, unknown>;

/**
 * A message of a built-in type as its JSON object. Go writes every field that is not a pointer, zero or not;
 * JSON leaves those out, so zero values are dropped unless the field is a pointer. Unknown numbers are skipped.
 */
export function decodeObject(message: Buffer, type: ObjectType): Json {
  return readObject(message, type, 0, { left: maxElements });
}

function readObject(message: Buffer, type: ObjectType, depth: number, budget: Budget): Json {
  if (depth > maxDepth) throw tooDeep();
  const result: Json = {};
  for (const wire of readFields(message)) {
    spend(budget);
    const field = type.byNumber.get(wire.number);
    if (!field) continue;
    if (field.type.kind === 'list') {
      const list = (result[field.name] ?? []) as unknown[];
      result[field.name] = list;
      for (const item of readItems(wire, field.type.items, depth, budget)) list.push(item);
    } else if (field.type.kind === 'map') {
      const map = (result[field.name] ?? {}) as Json;
      result[field.name] = map;
      const [key, value] = readEntry(wire, field.type.items, depth, budget);
      map[checkKey(key)] = value;
    } else {
      const value = readValue(wire, field.type, depth, budget);
      if (field.inline) Object.assign(result, value);
      else if (value !== undefined && (field.pointer || !isZero(value))) result[field.name] = value;
      else delete result[field.name];
    }
  }
  return result;
}

function* readItems(wire: WireField, type: ValueType, depth: number, budget: Budget): Generator<unknown> {
  const number = type.kind === 'value' && (type.of === 'int32' || type.of === 'int64');
  if (!number || wire.wireType !== 2) {
    yield readValue(wire, type, depth, budget) ?? null;
    return;
  }
  for (const value of readPacked(wire.bytes)) {
    spend(budget);
    yield Number(BigInt.asIntN(64, value));
  }
}

/** A map entry is a message of key and value; an absent half is the zero value. */
function readEntry(wire: WireField, type: ValueType, depth: number, budget: Budget): [string, unknown] {
  let key = '';
  let value: unknown = readValue({ ...wire, bytes: Buffer.alloc(0), wireType: 2 }, type, depth, budget);
  for (const half of readFields(expectBytes(wire))) {
    spend(budget);
    if (half.number === 1) key = expectBytes(half).toString('utf8');
    if (half.number === 2) value = readValue(half, type, depth, budget);
  }
  return [key, value ?? null];
}

function readValue(wire: WireField, type: ValueType, depth: number, budget: Budget): unknown {
  if (type.kind === 'object') return readObject(expectBytes(wire), typeNamed(type.name), depth + 1, budget);
  if (type.kind !== 'value') return readNested(wire, type, depth, budget);
  switch (type.of) {
    case 'string':
      return expectBytes(wire).toString('utf8');
    case 'bytes':
      return expectBytes(wire).toString('base64');
    case 'bool':
      return expectNumber(wire) !== 0n;
    case 'int32':
      return Number(BigInt.asIntN(32, expectNumber(wire)));
    case 'int64':
      return Number(BigInt.asIntN(64, expectNumber(wire)));
    case 'double':
      return toDouble(wire);
    case 'schemaOrArray':
    case 'schemaOrBool':
    case 'schemaOrStrings':
      return decodeUnionSchema(expectBytes(wire), type.of, (bytes) =>
        readObject(bytes, typeNamed('apiextensions.v1.JSONSchemaProps'), depth + 1, budget),
      );
    default:
      return decodeSpecial(expectBytes(wire), type.of);
  }
}

/** A list or map inside a map is a message whose field 1 repeats (`ExtraValue`). */
function readNested(wire: WireField, type: ValueType, depth: number, budget: Budget): unknown {
  if (type.kind !== 'list') throw broken('a map inside a list is not in use');
  return [...readFields(expectBytes(wire))].flatMap((item) => [...readItems(item, type.items, depth + 1, budget)]);
}

function toDouble(wire: WireField): number {
  if (wire.wireType !== 1) throw broken(`field ${wire.number} should be a double`);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(wire.value);
  const value = bytes.readDoubleLE();
  if (!Number.isFinite(value)) throw broken(`field ${wire.number} is not a finite number`);
  return value;
}

function expectBytes(wire: WireField): Buffer {
  if (wire.wireType !== 2) throw broken(`field ${wire.number} should have a length`);
  return wire.bytes;
}

function expectNumber(wire: WireField): bigint {
  // The zero of a map entry without a value arrives as empty bytes.
  if (wire.wireType === 2 && wire.bytes.length === 0) return 0n;
  if (wire.wireType !== 0) throw broken(`field ${wire.number} should be a number`);
  return wire.value;
}

function isZero(value: unknown): boolean {
  if (value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function spend(budget: Budget): void {
  budget.left -= 1;
  if (budget.left < 0) throw broken(`it holds more than ${maxElements} fields`);
}
