import type { IncomingMessage } from 'node:http';
import type { KubeObject } from '../../kube/index.js';
import { EdgeError, hasCode, readBounded } from '../../lib/index.js';
import { apiVersionOf } from '../keys.js';
import type { Kind } from '../kind.js';
import { badRequest, invalid, unsupportedMedia } from '../refusals.js';
import type { Api, Call } from './call.js';
import { bodyTypeOf } from './negotiation.js';

const maxBodyBytes = 3 * 1024 * 1024;

/** The bytes of a request body. Throws `too-large`; the socket stays usable for the answer. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  const what = 'the request body';
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) {
    throw new EdgeError('too-large', `${what} is larger than ${maxBodyBytes} bytes`);
  }
  return readBounded(request.iterator({ destroyOnReturn: false }), maxBodyBytes, what);
}

/** Any request body as an object, its kind unchecked. Undefined when there is none. */
export async function readObject(
  api: Api,
  request: IncomingMessage,
): Promise<{ object: KubeObject; duplicateFields: string[] } | undefined> {
  const contentType = bodyTypeOf(request.headers['content-type']);
  const body = await readBody(request);
  if (body.length === 0) return undefined;
  try {
    return api.rules.decode(body, contentType);
  } catch (error) {
    if (hasCode(error, 'unsupported')) throw unsupportedMedia(['application/json', 'application/yaml']);
    throw hasCode(error, 'invalid') ? badRequest(error.message) : error;
  }
}

/** The object a POST or PUT carries, of the kind the path names, unknown fields told or refused. */
export async function readKind(api: Api, call: Call): Promise<KubeObject> {
  const read = await readObject(api, call.request);
  if (!read) throw badRequest('the request has no body: send the object as JSON, YAML or protobuf');
  const object = withKind(call.kind, read.object);
  const metadata = object.metadata ?? {};
  if (typeof metadata !== 'object' || Array.isArray(metadata)) throw badRequest('metadata must be an object');
  checkFields(api, call, object, read.duplicateFields, badRequest);
  return { ...object, metadata };
}

/** Fills in what a client may leave out and refuses what contradicts the path. */
function withKind(kind: Kind, object: KubeObject): KubeObject {
  const apiVersion = apiVersionOf(kind);
  const { apiVersion: givenVersion = apiVersion, kind: givenKind = kind.type.kind, ...rest } = object;
  if (givenVersion !== apiVersion || givenKind !== kind.type.kind) {
    throw badRequest(
      `the object provided is ${givenVersion} ${givenKind}, but this path takes ${apiVersion} ${kind.type.kind}`,
    );
  }
  return { apiVersion, kind: kind.type.kind, ...rest };
}

/** fieldValidation (facts kubernetes-api §7): Ignore, Warn (default) or Strict. */
export function checkFields(
  api: Api,
  call: Call,
  object: KubeObject,
  duplicateFields: readonly string[],
  refuse: (message: string) => EdgeError,
): void {
  const mode = call.query.get('fieldValidation') || 'Warn';
  if (!['Ignore', 'Warn', 'Strict'].includes(mode)) {
    throw invalid({ group: 'meta.k8s.io', kind: 'CreateOptions' }, '', [
      {
        field: 'fieldValidation',
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: ${JSON.stringify(mode)}: supported values: "Ignore", "Warn", "Strict"`,
      },
    ]);
  }
  if (mode === 'Ignore') return;
  const findings = [
    ...duplicateFields.map((field) => `duplicate field "${field}"`),
    ...api.rules.unknownFields(call.kind, object).map((field) => `unknown field "${field}"`),
  ];
  if (findings.length === 0) return;
  if (mode === 'Warn') {
    call.warnings.push(...findings.slice(0, 20));
    return;
  }
  const { kind, version } = call.kind.type;
  throw refuse(
    `${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${findings.join(', ')}`,
  );
}

/** `dryRun=All` of the query; any other value is refused. */
export function isDryRun(query: URLSearchParams): boolean {
  const values = query.getAll('dryRun').filter((value) => value !== '');
  if (values.length === 0) return false;
  if (values.every((value) => value === 'All')) return true;
  throw invalid({ group: 'meta.k8s.io', kind: 'CreateOptions' }, '', [
    {
      field: 'dryRun',
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(values)}: supported values: "All"`,
    },
  ]);
}
