import { EdgeError } from '../../lib/index.js';

/** One protobuf field as it lies on the wire. `value` for the number types, `bytes` for the rest. */
export interface WireField {
  readonly number: number;
  readonly wireType: number;
  /** Varints and fixed values, as an unsigned 64-bit number. */
  readonly value: bigint;
  /** Empty unless the wire type is 2. */
  readonly bytes: Buffer;
}

const none = Buffer.alloc(0);

/** Reads the fields of one message in order. Throws `invalid` where the bytes end early or are no protobuf. */
export function* readFields(message: Buffer): Generator<WireField> {
  let at = 0;
  while (at < message.length) {
    const tag = readVarint(message, at);
    at = tag.next;
    const wireType = Number(tag.value & 7n);
    const number = Number(tag.value >> 3n);
    if (number < 1 || number > 0x1fff_ffff) throw broken('a field number is out of range');
    if (wireType === 0) {
      const { value, next } = readVarint(message, at);
      at = next;
      yield { number, wireType, value, bytes: none };
    } else if (wireType === 1 || wireType === 5) {
      const size = wireType === 1 ? 8 : 4;
      if (at + size > message.length) throw broken('a fixed value is cut short');
      const value = size === 8 ? message.readBigUInt64LE(at) : BigInt(message.readUInt32LE(at));
      at += size;
      yield { number, wireType, value, bytes: none };
    } else if (wireType === 2) {
      const { value, next } = readVarint(message, at);
      if (value > BigInt(message.length - next)) throw broken('a field is longer than its message');
      at = next + Number(value);
      yield { number, wireType, value: 0n, bytes: message.subarray(next, at) };
    } else {
      throw broken(`wire type ${wireType} is not in use`);
    }
  }
}

/** The varints of a packed list. */
export function* readPacked(bytes: Buffer): Generator<bigint> {
  for (let at = 0; at < bytes.length; ) {
    const { value, next } = readVarint(bytes, at);
    yield value;
    at = next;
  }
}

function readVarint(bytes: Buffer, start: number): { value: bigint; next: number } {
  let value = 0n;
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) throw broken('a number is cut short');
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), next: start + index + 1 };
  }
  throw broken('a number is longer than ten bytes');
}

export function broken(what: string): EdgeError {
  return new EdgeError('invalid', `the body is not valid protobuf: ${what}`);
}
