import type { Kind } from '../kind.js';
import { typeOfKind } from '../schema/index.js';
import { type Dialect, refTo, type Schema } from './built-in-schemas.js';
import { componentName, customComponentName } from './component-names.js';

/** The paths of one kind with the operations that clients look for: kind, dryRun and fieldValidation (facts kubernetes-api §2). */
export function pathsOf(kind: Kind, dialect: Dialect): Record<string, Schema> {
  const { type } = kind;
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const collection = type.namespaced ? `${root}/namespaces/{namespace}/${type.plural}` : `${root}/${type.plural}`;
  const make = (methods: readonly string[]) =>
    Object.fromEntries(methods.map((method) => [method, operation(kind, method, dialect)]));
  const paths: Record<string, Schema> = {
    [collection]: {
      ...make(['get', 'post']),
      parameters: pathParameters(type.namespaced ? ['namespace'] : [], dialect),
    },
    [`${collection}/{name}`]: {
      ...make(['get', 'put', 'patch', 'delete']),
      parameters: pathParameters(type.namespaced ? ['namespace', 'name'] : ['name'], dialect),
    },
  };
  if (type.namespaced) paths[`${root}/${type.plural}`] = make(['get']);
  return paths;
}

/** The component that is the body of a kind. */
export function componentOf({ type, definition }: Kind): string {
  if (definition) return customComponentName(type);
  const built = typeOfKind(type.group === '' ? type.version : `${type.group}/${type.version}`, type.kind);
  return built ? componentName(built.name) : customComponentName(type);
}

function operation(kind: Kind, method: string, dialect: Dialect): Schema {
  const { group, version, kind: name } = kind.type;
  const writes = method === 'post' || method === 'put' || method === 'patch';
  const body = refTo(componentOf(kind), dialect);
  const parameters = writes || method === 'delete' ? [queryParameter('dryRun', dialect)] : [];
  if (writes) parameters.push(queryParameter('fieldManager', dialect), queryParameter('fieldValidation', dialect));
  return {
    'x-kubernetes-action': method,
    'x-kubernetes-group-version-kind': { group, version, kind: name },
    parameters,
    ...(writes && dialect === 'v3' && { requestBody: requestBody(kind, method, body) }),
    responses: {
      200:
        dialect === 'v3'
          ? { description: 'OK', content: { 'application/json': { schema: body } } }
          : { description: 'OK', schema: body },
    },
  };
}

function requestBody(kind: Kind, method: string, body: Schema): Schema {
  if (method !== 'patch') return { required: true, content: { 'application/json': { schema: body } } };
  const patch = { schema: { type: 'object' } };
  return {
    required: true,
    content: {
      'application/json-patch+json': patch,
      'application/merge-patch+json': patch,
      ...(!kind.custom && { 'application/strategic-merge-patch+json': patch }),
    },
  };
}

function queryParameter(name: string, dialect: Dialect): Schema {
  return { name, in: 'query', ...textParameter(dialect) };
}

function pathParameters(names: readonly string[], dialect: Dialect): Schema[] {
  return names.map((name) => ({ name, in: 'path', required: true, ...textParameter(dialect) }));
}

const textParameter = (dialect: Dialect) => (dialect === 'v3' ? { schema: { type: 'string' } } : { type: 'string' });
