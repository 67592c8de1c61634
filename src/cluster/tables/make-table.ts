import type { KubeObject } from '../../kube/index.js';
import type { TableMaker } from '../kind.js';
import type { Column } from './column.js';
import { columnsOf } from './columns.js';

/**
 * The Table of some objects of one kind. `columns: false` leaves the definitions out, as all events of a watch but
 * the first do. The caller adds the list's resourceVersion to the metadata.
 */
export const makeTable: TableMaker = (kind, objects, options) => {
  const columns = columnsOf(kind);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: {},
    ...(options.columns && { columnDefinitions: columns.map(definitionOf) }),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, options.now) ?? null),
      ...conditionsOf(object),
      ...(options.includeObject !== 'None' && { object: included(object, options.includeObject) }),
    })),
  };
};

function definitionOf(column: Column) {
  return {
    name: column.name,
    type: column.type,
    format: column.format ?? '',
    description: column.description ?? '',
    priority: column.priority,
  };
}

/** kubectl hides finished pods by this when asked to. */
function conditionsOf(object: KubeObject) {
  const phase = (object as { status?: { phase?: unknown } }).status?.phase;
  if (object.kind !== 'Pod' || (phase !== 'Succeeded' && phase !== 'Failed')) return {};
  return {
    conditions: [{ type: 'Completed', status: 'True', reason: phase, message: `The pod has ${phase.toLowerCase()}` }],
  };
}

function included(object: KubeObject, what: 'Metadata' | 'Object'): KubeObject {
  if (what === 'Object') return object;
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata ?? {} };
}
