export type {
  CustomVersion,
  Discovery,
  FieldError,
  JsonSchema,
  Kind,
  KindRegistry,
  ObjectRules,
  PrinterColumn,
  Subresource,
  TableMaker,
} from './kind.js';
