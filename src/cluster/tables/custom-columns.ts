import type { KubeObject } from '../../kube/index.js';
import { findAll, parseJsonPath } from '../crd/index.js';
import type { CustomVersion, PrinterColumn } from '../kind.js';
import { ageOf } from './age.js';
import type { Column } from './column.js';
import { age, name } from './other-columns.js';

/** Name and the definition's own columns; Name and Age when it has none (facts kubernetes-api §11). */
export function customColumns(version: CustomVersion): Column[] {
  return version.columns.length === 0 ? [name, age] : [name, ...version.columns.map(customColumn)];
}

function customColumn(column: PrinterColumn): Column {
  const steps = parseJsonPath(column.jsonPath);
  return {
    name: column.name,
    type: column.type === 'date' ? 'string' : (column.type as Column['type']),
    priority: column.priority ?? 0,
    ...(column.format !== undefined && { format: column.format }),
    ...(column.description !== undefined && { description: column.description }),
    cell: (object: KubeObject, now) => cellOf(findAll(object, steps), column.type, now),
  };
}

/** A missing value is null; several are joined for strings, else the first one counts. */
function cellOf(found: readonly unknown[], type: string, now: Date): unknown {
  const [first] = found;
  if (first === undefined || first === null) return null;
  switch (type) {
    case 'date':
      return typeof first === 'string' ? ageOf(first, now) : null;
    case 'integer':
      return Number.isInteger(first) ? first : null;
    case 'number':
      return typeof first === 'number' ? first : null;
    case 'boolean':
      return typeof first === 'boolean' ? first : null;
    default:
      return found.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(',');
  }
}
