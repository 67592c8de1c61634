import { isObject } from '../schema/index.js';
import type { Schema } from './built-in-schemas.js';
import { concat, embedded, flag, text } from './wire-writer.js';

// Field numbers of gnostic's openapi.v2 messages: what kubectl before 1.27 parses (facts kubernetes-api §2).

/** A Swagger v2 document, as `swaggerV2` makes it, in gnostic's protobuf form. */
export function encodeSwagger(document: Schema): Buffer {
  const info = objectOf(document.info);
  const paths = Object.entries(objectOf(document.paths));
  const definitions = Object.entries(objectOf(document.definitions));
  return concat([
    text(1, document.swagger),
    embedded(2, concat([text(1, info.title), text(2, info.version)])),
    embedded(8, concat(paths.map(([name, item]) => embedded(2, named(name, encodePath(objectOf(item))))))),
    embedded(9, concat(definitions.map(([name, schema]) => embedded(1, named(name, encodeSchema(objectOf(schema))))))),
  ]);
}

const named = (name: string, value: Buffer) => concat([text(1, name), embedded(2, value)]);
const objectOf = (value: unknown): Schema => (isObject(value) ? value : {});
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const methods = { get: 2, put: 3, post: 4, delete: 5, patch: 8 };

function encodePath(item: Schema): Buffer {
  const operations = Object.entries(methods).flatMap(([method, number]) =>
    isObject(item[method]) ? [embedded(number, encodeOperation(objectOf(item[method])))] : [],
  );
  return concat([
    ...operations,
    ...listOf(item.parameters).map((value) => embedded(9, encodeParameter(objectOf(value)))),
  ]);
}

function encodeOperation(operation: Schema): Buffer {
  const responses = Object.entries(objectOf(operation.responses)).map(([code, response]) => {
    const { description, schema } = objectOf(response);
    const body = concat([
      text(1, description),
      ...(isObject(schema) ? [embedded(2, embedded(1, encodeSchema(schema)))] : []),
    ]);
    return embedded(1, named(code, embedded(1, body)));
  });
  return concat([
    ...listOf(operation.parameters).map((value) => embedded(8, encodeParameter(objectOf(value)))),
    embedded(9, concat(responses)),
    ...extensions(operation, 13),
  ]);
}

/** ParametersItem > Parameter > NonBodyParameter > the variant for query or path. */
function encodeParameter(parameter: Schema): Buffer {
  const inPath = parameter.in === 'path';
  const body = concat([
    flag(1, parameter.required === true),
    text(2, parameter.in),
    text(4, parameter.name),
    text(inPath ? 5 : 6, parameter.type),
  ]);
  return embedded(1, embedded(2, embedded(inPath ? 4 : 3, body)));
}

function encodeSchema(schema: Schema): Buffer {
  const additional = schema.additionalProperties;
  const properties = Object.entries(objectOf(schema.properties));
  return concat([
    text(1, schema.$ref),
    text(2, schema.format),
    text(4, schema.description),
    ...listOf(schema.required).map((name) => text(19, name)),
    ...(isObject(additional) ? [embedded(21, embedded(1, encodeSchema(additional)))] : []),
    ...(additional === true ? [embedded(21, flag(2, true))] : []),
    ...(schema.type === undefined ? [] : [embedded(22, text(1, schema.type))]),
    ...(isObject(schema.items) ? [embedded(23, embedded(1, encodeSchema(schema.items)))] : []),
    ...(properties.length > 0
      ? [
          embedded(
            25,
            concat(properties.map(([name, inner]) => embedded(1, named(name, encodeSchema(objectOf(inner)))))),
          ),
        ]
      : []),
    ...extensions(schema, 31),
  ]);
}

/** Vendor extensions carry their value as YAML, of which JSON is a part. */
function extensions(source: Schema, number: number): Buffer[] {
  return Object.entries(source)
    .filter(([name]) => name.startsWith('x-'))
    .map(([name, value]) => embedded(number, named(name, text(2, JSON.stringify(value)))));
}
