/** Bytes of one protobuf message or of a part of it. */
export const concat = (parts: readonly Buffer[]): Buffer => Buffer.concat(parts);

const tag = (number: number, wireType: number) => varint(number * 8 + wireType);

/** A length-delimited field. */
export function embedded(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([tag(number, 2), varint(bytes.length), bytes]);
}

/** A string field; nothing for what is no string or empty. */
export function text(number: number, value: unknown): Buffer {
  return typeof value === 'string' && value !== '' ? embedded(number, Buffer.from(value)) : Buffer.alloc(0);
}

/** A bool field; nothing when false. */
export function flag(number: number, value: boolean): Buffer {
  return value ? Buffer.concat([tag(number, 0), varint(1)]) : Buffer.alloc(0);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
