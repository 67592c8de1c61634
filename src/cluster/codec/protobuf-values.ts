import type { SpecialValue } from '../schema/index.js';
import { parseJson } from './json.js';
import { broken, readFields, type WireField } from './wire-reader.js';

type UnionSchema = 'schemaOrArray' | 'schemaOrBool' | 'schemaOrStrings';
type Plain = Exclude<SpecialValue, UnionSchema>;

// Years 1 to 9999: what RFC 3339 can say.
const minSeconds = -62_135_596_800n;
const maxSeconds = 253_402_300_799n;

/** A message that JSON writes as one value (facts kubernetes-api §1). Undefined: the Go zero value, absent in JSON. */
export function decodeSpecial(message: Buffer, of: Plain): unknown {
  const fields = new Map([...readFields(message)].map((field) => [field.number, field]));
  switch (of) {
    case 'time':
      return message.length === 0 ? undefined : isoTime(fields, 0);
    case 'microTime':
      return message.length === 0 ? undefined : isoTime(fields, 6);
    case 'duration':
      return `${Number(signed(fields.get(1))) / 1e9}s`;
    case 'quantity':
      return fields.get(1)?.bytes.toString('utf8') || undefined;
    case 'intOrString':
      return signed(fields.get(1)) === 1n
        ? (fields.get(3)?.bytes.toString('utf8') ?? '')
        : Number(BigInt.asIntN(32, signed(fields.get(2))));
    case 'embedded':
    case 'fields':
    case 'json': {
      const raw = fields.get(1)?.bytes;
      return raw === undefined || raw.length === 0 ? undefined : parseJson(raw.toString('utf8')).value;
    }
  }
}

/** The three places where a JSON schema has a schema, or something simpler: `items`, `additionalProperties`, `dependencies`. */
export function decodeUnionSchema(message: Buffer, of: UnionSchema, decodeSchema: (bytes: Buffer) => unknown): unknown {
  const fields = [...readFields(message)];
  const all = (number: number) => fields.filter((field) => field.number === number);
  if (of === 'schemaOrBool') {
    const schema = all(2).at(-1);
    return schema ? decodeSchema(schema.bytes) : (all(1).at(-1)?.value ?? 0n) !== 0n;
  }
  const schema = all(1).at(-1);
  if (schema) return decodeSchema(schema.bytes);
  return all(2).map((field) => (of === 'schemaOrArray' ? decodeSchema(field.bytes) : field.bytes.toString('utf8')));
}

function isoTime(fields: ReadonlyMap<number, WireField>, decimals: number): string {
  const seconds = signed(fields.get(1));
  const nanos = Number(BigInt.asIntN(32, signed(fields.get(2))));
  if (seconds < minSeconds || seconds > maxSeconds || nanos < 0 || nanos >= 1e9) throw broken('a time is out of range');
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return decimals === 0 ? `${whole}Z` : `${whole}.${String(Math.floor(nanos / 1000)).padStart(decimals, '0')}Z`;
}

const signed = (field: WireField | undefined) => BigInt.asIntN(64, field?.value ?? 0n);
