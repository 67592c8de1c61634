import type { Kind } from '../kind.js';
import type { Column } from './column.js';
import { customColumns } from './custom-columns.js';
import { eventColumns } from './event-columns.js';
import {
  age,
  claimColumns,
  configMapColumns,
  createdAt,
  endpointSliceColumns,
  endpointsColumns,
  leaseColumns,
  name,
  namespaceColumns,
  priorityClassColumns,
  runtimeClassColumns,
  secretColumns,
  volumeColumns,
} from './other-columns.js';
import { nodeColumns, podColumns, serviceColumns } from './workload-columns.js';

/** Columns by `<group>/<plural>` of storage (facts kubernetes-api §8). Each reads only objects of its own kind. */
const tables: Readonly<Record<string, readonly Column<never>[]>> = {
  'core/configmaps': configMapColumns,
  'core/endpoints': endpointsColumns,
  'core/events': eventColumns,
  'core/namespaces': namespaceColumns,
  'core/nodes': nodeColumns,
  'core/persistentvolumeclaims': claimColumns,
  'core/persistentvolumes': volumeColumns,
  'core/pods': podColumns,
  'core/secrets': secretColumns,
  'core/serviceaccounts': [name, age],
  'core/services': serviceColumns,
  'apiextensions.k8s.io/customresourcedefinitions': [name, createdAt],
  'coordination.k8s.io/leases': leaseColumns,
  'discovery.k8s.io/endpointslices': endpointSliceColumns,
  'node.k8s.io/runtimeclasses': runtimeClassColumns,
  'scheduling.k8s.io/priorityclasses': priorityClassColumns,
};

/** The columns of a kind; Name and Created At for built-in kinds without a table of their own. */
export function columnsOf(kind: Kind): readonly Column[] {
  if (kind.definition) return customColumns(kind.definition);
  return (tables[kind.storage] ?? [name, createdAt]) as readonly Column[];
}
