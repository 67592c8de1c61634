import { type KubeObject, parseFieldSelector, parseLabelSelector } from '../../kube/index.js';
import { hasCode } from '../../lib/index.js';
import type { Kind } from '../kind.js';
import { badRequest } from '../refusals.js';
import type { Api, Call } from './call.js';

/** Which objects of a kind a list, watch or deletecollection is about. */
export interface Selection {
  readonly namespace?: string;
  readonly matches: (object: KubeObject) => boolean;
  /** False when every object in reach matches. */
  readonly narrow: boolean;
}

// Beside metadata.name and metadata.namespace (facts kubernetes-api §4). The value is what an absent field reads as.
const involved = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
const fieldsOf: Record<string, Record<string, string>> = {
  'core/pods': {
    'spec.nodeName': '',
    'spec.restartPolicy': '',
    'spec.schedulerName': '',
    'spec.serviceAccountName': '',
    'spec.hostNetwork': 'false',
    'status.phase': '',
    'status.podIP': '',
    'status.nominatedNodeName': '',
  },
  'core/nodes': { 'spec.unschedulable': 'false' },
  'core/namespaces': { 'status.phase': '' },
  'core/secrets': { type: '' },
  'core/services': { 'spec.clusterIP': '', 'spec.type': '' },
  'core/events': Object.fromEntries(
    [
      ...involved.flatMap((field) => [`involvedObject.${field}`, `regarding.${field}`]),
      ...['reason', 'reportingComponent', 'reportingController', 'source', 'type'],
    ].map((field) => [field, '']),
  ),
};

const aliases: Record<string, Record<string, string>> = { 'core/pods': { 'spec.host': 'spec.nodeName' } };

/** The selection of a call's query and path. Throws 400 for what cannot be parsed and for fields the kind does not offer. */
export function selectionOf({ rules }: Pick<Api, 'rules'>, { kind, path, query }: Call): Selection {
  const labelText = query.get('labelSelector') ?? '';
  const fieldText = query.get('fieldSelector') ?? '';
  try {
    const labels = parseLabelSelector(labelText);
    const fields = parseFieldSelector(fieldText);
    for (const { path: field } of fields.terms) requireField(kind, field);
    const matchesFields = (object: KubeObject) => {
      if (fields.terms.length === 0) return true;
      const shown = rules.convert(object, kind);
      return fields.matches((field) => readField(kind, shown, field));
    };
    return {
      ...(path.namespace !== undefined && { namespace: path.namespace }),
      narrow: labelText !== '' || fieldText !== '' || path.name !== undefined,
      matches: (object) =>
        (path.name === undefined || object.metadata?.name === path.name) &&
        labels(object.metadata?.labels) &&
        matchesFields(object),
    };
  } catch (error) {
    throw hasCode(error, 'invalid') && !(error.cause instanceof Error) ? badRequest(error.message) : error;
  }
}

function requireField(kind: Kind, field: string): void {
  if (field === 'metadata.name' || (field === 'metadata.namespace' && kind.type.namespaced)) return;
  if (Object.hasOwn(fieldsOf[kind.storage] ?? {}, aliases[kind.storage]?.[field] ?? field)) return;
  if (kind.definition?.selectableFields.includes(`.${field}`)) return;
  throw badRequest(`field label not supported: ${field}`);
}

function readField(kind: Kind, object: KubeObject, field: string): string | undefined {
  const name = aliases[kind.storage]?.[field] ?? field;
  let value: unknown = object;
  for (const part of name.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  }
  // The `source` of an event is selected by its component.
  if (kind.storage === 'core/events' && name === 'source')
    value = (value as { component?: string } | undefined)?.component;
  return value === undefined || value === null ? fieldsOf[kind.storage]?.[name] : String(value);
}
