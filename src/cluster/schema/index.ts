export { canonicalQuantity } from './quantity.js';
export {
  type Field,
  type ObjectType,
  reachableTypes,
  type SpecialValue,
  typeNamed,
  typeOfKind,
  type ValueType,
} from './types.js';
