import type { KubeObject } from '../../kube/index.js';
import { EdgeError } from '../../lib/index.js';
import { decodeBody } from '../codec/index.js';
import { celWarnings, completeCustom, customUnknownFields, validateCustom, validateDefinition } from '../crd/index.js';
import type { FieldError, Kind, KindRegistry, ObjectRules } from '../kind.js';
import {
  applyDefaults,
  listMergeAt,
  normalised,
  type ObjectType,
  typeErrors,
  typeOfKind,
  unknownPaths,
  validateBuiltIn,
} from '../schema/index.js';
import { convertEvent } from './event-conversion.js';

const definitionStorage = 'apiextensions.k8s.io/customresourcedefinitions';

/** The rules of all kinds: built-in types for built-in kinds, the definition's schema for custom ones. */
export function createObjectRules(registry: KindRegistry): ObjectRules {
  return {
    decode: decodeBody,
    unknownFields(kind, object) {
      if (kind.definition) return customUnknownFields(kind.definition, object);
      return unknownPaths(object, builtInType(kind));
    },
    complete(kind, object) {
      if (kind.definition) return completeCustom(kind.definition, object);
      const type = builtInType(kind);
      const copy = normalised({ ...object }, type) as KubeObject;
      // Defaults read the object as typed; what is mistyped waits for validation to say so.
      if (typeErrors(copy, type).length === 0) applyDefaults(copy, type.name);
      return copy;
    },
    validate(kind, object, old) {
      if (kind.definition) return validateCustom(kind, kind.definition, object, old);
      const errors: FieldError[] = validateBuiltIn(kind, builtInType(kind), object, old);
      if (kind.storage !== definitionStorage || errors.length > 0) return errors;
      return validateDefinition(object, old, registry);
    },
    warnings: (kind, object) => (kind.storage === definitionStorage ? celWarnings(object) : []),
    listMerge: (kind, path) => (kind.definition ? undefined : listMergeAt(builtInType(kind), path)),
    convert(object, to) {
      const apiVersion = apiVersionOf(to);
      if (to.storage === 'core/events') return convertEvent(object, apiVersion);
      return object.apiVersion === apiVersion ? object : { ...object, apiVersion, kind: to.type.kind };
    },
  };
}

function apiVersionOf({ type }: Kind): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

function builtInType(kind: Kind): ObjectType {
  const type = typeOfKind(apiVersionOf(kind), kind.type.kind);
  if (!type) throw new EdgeError('internal', `kind ${kind.type.kind} of ${apiVersionOf(kind)} has no built-in type`);
  return type;
}
