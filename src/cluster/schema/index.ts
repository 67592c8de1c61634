export { applyDefaults } from './defaults/apply-defaults.js';
export {
  child,
  forbidden,
  invalid,
  notSupported,
  oneOf,
  required,
  tooLong,
  tooMany,
  wrongType,
} from './field-error.js';
export { listMergeAt, listMergeOf } from './list-merge.js';
export {
  type Field,
  type ObjectType,
  reachableTypes,
  type SpecialValue,
  typeNamed,
  typeOfKind,
  type ValueType,
} from './types.js';
export { validateMetadata } from './validate/metadata.js';
export { dnsLabel, dnsSubdomain } from './validate/names.js';
export { validateBuiltIn } from './validate/validate-object.js';
export { isObject, normalised, typeErrors, unknownPaths } from './walk.js';
