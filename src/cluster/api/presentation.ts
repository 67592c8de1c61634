import type { KubeObject } from '../../kube/index.js';
import { apiVersionOf } from '../keys.js';
import type { Kind, ObjectRules, TableMaker } from '../kind.js';
import { badRequest } from '../refusals.js';
import type { AnswerForm } from './negotiation.js';

export interface Presentation {
  readonly kind: Kind;
  readonly form: AnswerForm;
  readonly includeObject: 'Metadata' | 'Object' | 'None';
  readonly makeTable: TableMaker;
  readonly rules: Pick<ObjectRules, 'convert'>;
  readonly now: () => Date;
}

const metaVersion = 'meta.k8s.io/v1';

/** `includeObject` of a Table request. Throws 400. */
export function includeObjectOf(query: URLSearchParams): Presentation['includeObject'] {
  const value = query.get('includeObject') || 'Metadata';
  if (value === 'Metadata' || value === 'Object' || value === 'None') return value;
  throw badRequest(`includeObject: Invalid value: ${JSON.stringify(value)}: must be Metadata, Object or None`);
}

/** One object in the form the client asked for. `columns` is false for all but the first event of a Table watch. */
export function presentObject(to: Presentation, object: KubeObject, columns = true): object {
  const shown = to.rules.convert(object, to.kind);
  switch (to.form) {
    case 'table': {
      const metadata = { resourceVersion: object.metadata?.resourceVersion };
      return { ...tableOf(to, [shown], columns), metadata };
    }
    case 'partial':
      return { kind: 'PartialObjectMetadata', apiVersion: metaVersion, metadata: shown.metadata };
    case 'json':
      return shown;
  }
}

/** A list in the form the client asked for. Items of built-in kinds leave out their kind, as Kubernetes does. */
export function presentList(to: Presentation, objects: readonly KubeObject[], metadata: object): object {
  const shown = objects.map((object) => to.rules.convert(object, to.kind));
  switch (to.form) {
    case 'table':
      return {
        ...tableOf(to, shown, true),
        metadata,
      };
    case 'partial': {
      const items = shown.map((object) => presentObject(to, object));
      return { kind: 'PartialObjectMetadataList', apiVersion: metaVersion, metadata, items };
    }
    case 'json': {
      const items = to.kind.custom ? shown : shown.map(withoutKind);
      return { kind: `${to.kind.type.kind}List`, apiVersion: apiVersionOf(to.kind), metadata, items };
    }
  }
}

function tableOf(
  { kind, includeObject, makeTable, now }: Presentation,
  objects: readonly KubeObject[],
  columns: boolean,
) {
  return makeTable(kind, objects, { includeObject, columns, now: now() });
}

function withoutKind({ apiVersion: _, kind: __, ...rest }: KubeObject): KubeObject {
  return rest;
}
