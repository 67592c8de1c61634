import type { KubeObject } from '../../kube/index.js';
import { EdgeError } from '../../lib/index.js';
import { parseJson } from './json.js';
import { parseProtobuf } from './protobuf.js';
import { parseYaml } from './yaml.js';

const accepted = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/**
 * A request body as an object. Without a content type it is JSON. `duplicateFields` are the keys written twice, of
 * which the last one counts. Throws `unsupported` for other content types (415), `invalid` for a body that is not
 * what its type says. The caller bounds the body's size.
 */
export function decodeBody(
  body: Buffer,
  contentType: string | undefined,
): { object: KubeObject; duplicateFields: string[] } {
  const mediaType = (contentType ?? '').split(';')[0]?.trim().toLowerCase() || 'application/json';
  switch (mediaType) {
    case 'application/json':
      return asObject(parseJson(body.toString('utf8')));
    case 'application/yaml':
    case 'application/x-yaml':
    case 'text/yaml':
      return asObject(parseYaml(body.toString('utf8')));
    case 'application/vnd.kubernetes.protobuf':
      return { object: parseProtobuf(body), duplicateFields: [] };
    default:
      throw new EdgeError(
        'unsupported',
        `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
      );
  }
}

function asObject(parsed: { value: unknown; duplicates: string[] }): { object: KubeObject; duplicateFields: string[] } {
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EdgeError('invalid', 'the body is not an object with apiVersion, kind and metadata');
  }
  return { object: value as KubeObject, duplicateFields: parsed.duplicates };
}
