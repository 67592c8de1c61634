import type { KubeObject } from '../../kube/index.js';
import type { JsonSchema, PrinterColumn } from '../kind.js';

/** A CustomResourceDefinition v1 as far as this cluster reads it (facts kubernetes-api §11). */
export interface Definition extends KubeObject {
  spec?: {
    group?: string;
    scope?: string;
    names?: DefinitionNames;
    versions?: DefinitionVersion[];
    conversion?: { strategy?: string };
    preserveUnknownFields?: boolean;
  };
  status?: {
    acceptedNames?: DefinitionNames;
    conditions?: DefinitionCondition[];
    storedVersions?: string[];
  };
}

interface DefinitionNames {
  plural?: string;
  singular?: string;
  kind?: string;
  listKind?: string;
  shortNames?: string[];
  categories?: string[];
}

export interface DefinitionVersion {
  name?: string;
  served?: boolean;
  storage?: boolean;
  deprecated?: boolean;
  deprecationWarning?: string;
  schema?: { openAPIV3Schema?: JsonSchema };
  subresources?: {
    status?: object;
    scale?: { specReplicasPath?: string; statusReplicasPath?: string; labelSelectorPath?: string };
  };
  additionalPrinterColumns?: PrinterColumn[];
  selectableFields?: { jsonPath?: string }[];
}

export interface DefinitionCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}
