import fc from 'fast-check';
import { type Field, type ObjectType, typeNamed, type ValueType } from '../../schema/index.js';

type Json = Record<string, unknown>;

const word = fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom(...'abcxyz-ü0') });

/** Random objects that a type allows, without zero values where Go's wire format cannot tell them from absent ones. */
export function arbitraryObject(type: ObjectType, depth: number): fc.Arbitrary<Json> {
  const fields = [...type.properties.values()].filter((field) => depth > 0 || !holdsObject(field.type));
  // A few fields of many: whole pods of every field would make each run slow and shrink badly.
  return fc
    .subarray(fields, { maxLength: Math.min(6, fields.length) })
    .chain((chosen) => fc.record(Object.fromEntries(chosen.map((field) => [field.name, arbitraryField(field, depth)]))))
    .map((object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)));
}

function arbitraryField(field: Field, depth: number): fc.Arbitrary<unknown> {
  const value = arbitraryValue(field.type, depth, !field.pointer);
  if (field.type.kind !== 'object' || field.pointer) return value;
  return value.map((object) => (Object.keys(object as Json).length === 0 ? undefined : object));
}

function holdsObject(type: ValueType): boolean {
  return type.kind === 'object' || ((type.kind === 'list' || type.kind === 'map') && holdsObject(type.items));
}

function arbitraryValue(type: ValueType, depth: number, nonZero: boolean): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'object':
      return arbitraryObject(typeNamed(type.name), depth - 1);
    case 'list':
      return fc.array(arbitraryValue(type.items, depth, false), { minLength: 1, maxLength: 3 });
    case 'map':
      return fc.dictionary(word, arbitraryValue(type.items, depth, false), {
        minKeys: 1,
        maxKeys: 3,
        noNullPrototype: true,
      });
    case 'value':
      break;
  }
  switch (type.of) {
    case 'bool':
      return nonZero ? fc.constant(true) : fc.boolean();
    case 'int32':
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).filter((value) => !nonZero || value !== 0);
    case 'int64':
      return fc.maxSafeInteger().filter((value) => !nonZero || value !== 0);
    case 'bytes':
      return fc.uint8Array({ minLength: 1, maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('base64'));
    case 'time':
      return seconds.map((value) => `${iso(value)}Z`);
    case 'microTime':
      return fc
        .tuple(seconds, fc.integer({ min: 0, max: 999_999 }))
        .map(([value, micros]) => `${iso(value)}.${String(micros).padStart(6, '0')}Z`);
    case 'quantity':
      return fc.constantFrom('100m', '1', '64Mi', '2k', '1500m');
    case 'intOrString':
      return fc.oneof(fc.integer({ min: 1, max: 65_535 }), word);
    case 'embedded':
    case 'fields':
      return fc.dictionary(word, word, { noNullPrototype: true });
    default:
      return word;
  }
}

const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
const iso = (value: number) => new Date(value * 1000).toISOString().slice(0, 19);
